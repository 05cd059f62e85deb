/*
 * Linked into the static binary only. A static C library would load the modules that /etc/nsswitch.conf names, such
 * as that of systemd-resolved, and with them the system's own C library: one of another version ends the process
 * with a signal. These two sources are part of the binary.
 */
#include <nss.h>

__attribute__((constructor)) static void use_builtin_sources(void)
{
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("services", "files");
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
}
