//! The samples, what is replaced in them, and how their programs are started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificates::Certificates;
use crate::site::Ports;

/// A sample of `packaging/proxies`.
pub(crate) struct Sample {
    file: &'static str,
    /// Words with a port; `PORT` stands for the port.
    http: &'static [&'static str],
    https: &'static [&'static str],
    /// The command that runs a file in the foreground.
    command: fn(&Path) -> Command,
}

impl Sample {
    pub(crate) const NGINX: Self = Self {
        file: "nginx.conf",
        http: &["listen PORT;", "listen [::]:PORT;"],
        https: &["listen PORT ssl http2;", "listen [::]:PORT ssl http2;"],
        command: nginx,
    };
    pub(crate) const CADDY: Self = Self {
        file: "Caddyfile",
        http: &["http_port PORT\n"],
        https: &["https_port PORT\n"],
        command: caddy,
    };
    pub(crate) const HAPROXY: Self = Self {
        file: "haproxy.cfg",
        http: &["bind :::PORT v4v6\n"],
        https: &["bind :::PORT v4v6 ssl"],
        command: haproxy,
    };

    /// The command that runs the sample with these ports and certificates. Its folder is that of the certificates.
    pub(crate) fn prepare(&self, ports: &Ports, service: &str, made: &Certificates) -> Command {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/proxies");
        let source = fs::read_to_string(source.join(self.file)).expect("a sample");
        let mut text = source.replace("127.0.0.1:8080", service);
        assert_ne!(text, source, "the address of the service");
        for (words, from, to) in [(self.http, 80, ports.http), (self.https, 443, ports.https)] {
            for word in words {
                let with = |port: u16| word.replace("PORT", &port.to_string());
                assert!(text.contains(&with(from)), "{}", with(from));
                text = text.replace(&with(from), &with(to));
            }
        }
        text = text.replace("127.0.0.1:2019", &format!("127.0.0.1:{}", ports.control));
        for (sample, file) in [
            ("/etc/ssl/vestibule/fullchain.pem", &made.chain),
            ("/etc/ssl/vestibule/privkey.pem", &made.key),
            ("/etc/ssl/vestibule/both.pem", &made.both),
        ] {
            text = text.replace(sample, &file.display().to_string());
        }
        assert!(!text.contains("/etc/ssl"), "{text}");
        let file = made.key.with_file_name(self.file);
        fs::write(&file, text).expect("our own folder");
        (self.command)(&file)
    }
}

/// In a file that includes the sample, as Debian's does.
fn nginx(sample: &Path) -> Command {
    let folder = sample.parent().expect("a folder");
    let main = folder.join("main.conf");
    let text = format!(
        "daemon off; pid nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\n    access_log off;\n    \
         client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;\n    \
         scgi_temp_path scgi;\n    include {};\n}}\n",
        sample.display()
    );
    fs::write(&main, text).expect("our own folder");
    let mut command = program("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(main);
    command.args(["-e", "stderr"]);
    command
}

fn caddy(sample: &Path) -> Command {
    let folder = sample.parent().expect("a folder");
    let mut command = program("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(sample).env("HOME", folder);
    command.env("XDG_DATA_HOME", folder);
    command.env("XDG_CONFIG_HOME", folder);
    command
}

fn haproxy(sample: &Path) -> Command {
    let mut command = program("haproxy");
    command.arg("-db").arg("-f").arg(sample);
    command
}

/// Servers are not on the PATH of every account.
fn program(name: &str) -> Command {
    let places = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
    let mut places = places.iter().map(|folder| PathBuf::from(folder).join(name));
    let found = places.find(|place| place.exists());
    Command::new(
        found.unwrap_or_else(|| panic!("{name} is missing: script/setup proxies installs it")),
    )
}
