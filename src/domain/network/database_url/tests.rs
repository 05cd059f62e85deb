use super::*;

fn read(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn refused(text: &str) -> String {
    match DatabaseUrl::parse(text) {
        Ok(_) => panic!("taken: {text}"),
        Err(why) => why.to_string(),
    }
}

fn at(url: &DatabaseUrl) -> Vec<String> {
    let each = url.servers.iter().map(|server| match &server.host {
        Host::Tcp(name) => format!("{name}:{}", server.port),
        Host::Unix(folder) => format!("{}:{}", folder.display(), server.port),
    });
    each.collect()
}

#[test]
fn accepts_the_forms_of_libpq() {
    for (text, servers) in [
        ("postgres://h/d", &["h:5432"][..]),
        ("postgresql://u:p@h:1/d", &["h:1"]),
        ("postgres://h1:5432,h2:5433/d", &["h1:5432", "h2:5433"]),
        ("postgres://h1,h2:7/d", &["h1:5432", "h2:7"]),
        ("postgres://h1,h2/d?port=9", &["h1:9", "h2:9"]),
        ("postgres://[2001:db8::1]:6/d", &["2001:db8::1:6"]),
        ("postgres://[::1],h:7/d", &["::1:5432", "h:7"]),
        (
            "postgres:///d?host=/run/postgresql",
            &["/run/postgresql:5432"],
        ),
        ("postgres://%2Frun%2Fpg:5/d", &["/run/pg:5"]),
        ("postgres://u@/d?host=a,b&port=1,2", &["a:1", "b:2"]),
        ("postgres://h", &["h:5432"]),
        ("postgres://h?sslmode=disable", &["h:5432"]),
        ("host=h dbname=d", &["h:5432"]),
        ("host = '/tmp/a b'  port=7", &["/tmp/a b:7"]),
        ("hostaddr=10.0.0.1 user=u", &["10.0.0.1:5432"]),
    ] {
        assert_eq!(at(&read(text)), servers, "{text}");
    }
    let url = read("postgres://ad%40a:p%3A%2F%25@h/a%20b?options=-c%20search_path%3Dx");
    assert_eq!(url.user.as_deref(), Some("ad@a"));
    assert_eq!(url.password.as_deref(), Some("p:/%"));
    assert_eq!(url.database.as_deref(), Some("a b"));
    assert_eq!(url.options.as_deref(), Some("-c search_path=x"));
    let words = read(r"host=h user=u password='it\'s \\ one' dbname=d\ 2");
    assert_eq!(words.password.as_deref(), Some(r"it's \ one"));
    assert_eq!(words.database.as_deref(), Some("d 2"));
    let named = read("postgres://db.example.org/d?hostaddr=10.0.0.9");
    assert_eq!(named.servers[0].address, "10.0.0.9".parse().ok());
}

#[test]
fn accepts_the_options_of_libpq() {
    for (word, tls) in [
        ("disable", Tls::Disable),
        ("allow", Tls::Prefer),
        ("prefer", Tls::Prefer),
        ("require", Tls::Require),
        ("verify-ca", Tls::Require),
        ("verify-full", Tls::Require),
    ] {
        assert_eq!(read(&format!("postgres://h/d?sslmode={word}")).tls, tls);
    }
    assert_eq!(read("postgres://h/d").tls, Tls::Prefer);
    assert_eq!(read("postgres://h/d?ssl=true").tls, Tls::Require);
    let url = read(
        "postgres://h/d?connect_timeout=7&tcp_user_timeout=1500&keepalives_idle=9&keepalives_count=2\
         &target_session_attrs=read-write&load_balance_hosts=random&channel_binding=require\
         &sslrootcert=/etc/ca.pem&application_name=x&gssencmode=disable&client_encoding=UTF8",
    );
    assert_eq!(url.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(url.tcp_user_timeout, Some(Duration::from_millis(1500)));
    let keepalives = url.keepalives.unwrap();
    assert_eq!(keepalives.idle, Some(Duration::from_secs(9)));
    assert_eq!(keepalives.count, Some(2));
    assert!(url.random_order);
    assert_eq!(url.channel_binding, ChannelBinding::Require);
    assert_eq!(url.root_certificates, Some("/etc/ca.pem".into()));
    assert_eq!(read("host=h keepalives=0").keepalives, None);
    assert_eq!(read("host=h connect_timeout=0").connect_timeout, None);
    assert_eq!(read("host=h sslrootcert=system").root_certificates, None);
}

#[test]
fn errors_name_the_option_and_show_no_value() {
    for (text, word) in [
        ("mysql://h/d", "neither"),
        ("hunter2", "neither"),
        ("postgres:///d", "no host"),
        ("dbname=d", "no host"),
        ("postgres://h/d?pgbouncer=hunter2", "`pgbouncer`"),
        ("host=h schema=hunter2", "`schema`"),
        ("postgres://h/d?sslcert=hunter2", "`sslcert`"),
        ("postgres://h/d?sslmode=hunter2", "`sslmode`"),
        (
            "postgres://h/d?connect_timeout=hunter2",
            "`connect_timeout`",
        ),
        (
            "postgres://h/d?target_session_attrs=standby",
            "`target_session_attrs`",
        ),
        ("postgres://u:hunter2%zz@h/d", "password"),
        ("postgres://h:hunter2/d", "`port`"),
        ("postgres://h:70000/d", "`port`"),
        ("postgres://h1,h2,h3/d?port=1,2", "3 hosts and 2"),
        ("postgres://h/d?user=u&hunter2", "after `user`"),
        ("host=h password=hunter 2", "after `password`"),
        ("host=h password='hunter2", "after `host`"),
    ] {
        let why = refused(text);
        assert!(why.contains(word), "{text}: {why}");
        assert!(!why.contains("hunter2"), "{why}");
    }
}

#[test]
fn only_a_connection_over_tcp_may_use_tls() {
    for (text, may) in [
        ("postgres://h/d", true),
        ("postgres://h?sslmode=disable", false),
        ("postgres:///d?host=/run/postgresql", false),
        ("postgres:///d?host=/run/postgresql&sslmode=require", false),
        ("postgres:///d?host=/run/postgresql,h", true),
        ("postgres:///d?host=/run/postgresql&hostaddr=10.0.0.1", true),
    ] {
        assert_eq!(read(text).may_use_tls(), may, "{text}");
    }
}
