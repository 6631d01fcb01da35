//! Ways to write an address that must not be called, and those that may be.

use super::*;

const FORBIDDEN: &[&str] = &[
    // Loopback, in every way that a reader of addresses takes.
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0x7F.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://0177.0.0x0.1/",
    "https://00000177.0.0.01/",
    "https://127.0.0.1./",
    "https://127.255.255.254/",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://127．0｡0．1/",
    "https://%31%32%37.0.0.1/",
    "https://127.0.0.1%2f.example.com/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://loc%61lhost/",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://a.b.localhost/",
    "https://localhost.localdomain/",
    "https:/\\127.0.0.1/",
    "https:127.0.0.1/",
    "https:////127.0.0.1/",
    // This machine by no number at all.
    "https://0/",
    "https://0.0.0.0/",
    "https://0x0/",
    "https://0.1.2.3/",
    // Private, shared, link-local, and those of clouds.
    "https://10.0.0.1/",
    "https://167772161/",
    "https://012.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://0xc0a80101/",
    "https://192.168.257/",
    "https://100.64.0.1/",
    "https://100.100.100.200/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://0251.0376.0251.0376/",
    "https://169.254.43518/",
    "https://168.63.129.16/",
    "https://metadata.google.internal/",
    "https://metadata/",
    "https://instance-data.ec2.internal/",
    "https://metadata.tencentyun.com/",
    // Of a special purpose: protocols, documentation, benchmarks, relays, multicast, reserved, broadcast.
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://198.51.100.7/",
    "https://203.0.113.7/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    // IPv6, its own and those that carry an IPv4 address.
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a00:1::1]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:2::1]/",
    "https://[2001:10::1]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[5f00::1]/",
    "https://[100::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/latest/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    // Names of no public network, and public names that lead inside.
    "https://intranet/",
    "https://db.internal/",
    "https://printer.local/",
    "https://router.home.arpa/",
    "https://nas.lan/",
    "https://10.0.0.1.nip.io/",
    "https://127-0-0-1.sslip.io/",
    "https://localtest.me/",
    "https://app.lvh.me./",
    // Users, passwords, and what looks like another host.
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1@example.com/",
    "https://user:pass@example.com/",
    "https://@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com%00.127.0.0.1/",
    "https://exam\tple.com/",
    "https://exam\nple.com/",
    " https://example.com/\u{0}",
    // Other schemes and ports.
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "data:text/plain,x",
    "javascript:1",
    "//example.com/",
    "example.com",
    "",
    "https://",
    "https:///",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:80/",
    "https://example.com:0/",
    "https://example.com:6667/",
    "https://example.com:99999/",
];

const ALLOWED: &[&str] = &[
    "https://hooks.example.com/x?y=1",
    "HTTPS://Hooks.Example.Com/",
    "https://hooks.example.com./",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:443/",
    "https://bücher.example.com/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://198.20.0.1/",
    "https://notlocalhost.com/",
    "https://local.example.com/a@b/%2f?c=%40",
];

#[test]
fn whatever_way_a_forbidden_address_is_written_it_is_refused() {
    assert!(FORBIDDEN.len() >= 50);
    for text in FORBIDDEN {
        assert!(check_address(text, &LocalHosts::default()).is_err(), "{text}");
    }
    let long = format!("https://example.com/{}", "x".repeat(2_000));
    assert_eq!(check_address(&long, &LocalHosts::default()), Err(BadAddress::NotHttps));
}

#[test]
fn public_addresses_may_be_called() {
    for text in ALLOWED {
        assert!(check_address(text, &LocalHosts::default()).is_ok(), "{text}");
    }
}

#[test]
fn the_hosts_that_a_setting_names_may_be_called_and_no_others() {
    let local = LocalHosts::parse("localhost, *.localhost 127.0.0.1 [::1]");
    for (text, fits) in [
        ("http://127.0.0.1:9000/", true),
        ("http://shop.localhost:8788/hook", true),
        ("http://[::1]:1/", true),
        ("https://localhost/", true),
        ("http://0x7f000001:80/", true),
        ("http://127.0.0.2/", false),
        ("https://127.0.0.2/", false),
        ("http://10.0.0.1/", false),
        ("http://example.com/", false),
        ("http://user@localhost/", false),
        ("https://hooks.example.com/", true),
        ("https://169.254.169.254/", false),
    ] {
        assert_eq!(check_address(text, &local).is_ok(), fits, "{text}");
    }
}

#[test]
fn an_answer_of_a_resolver_that_leads_inside_is_seen() {
    let answer = |data: &str| {
        format!(r#"{{"Status":0,"Answer":[{{"type":5,"data":"x.example."}},{{"type":1,"data":"{data}"}}]}}"#)
    };
    for data in ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "169.254.169.254", "::ffff:8.8.8.8", "64:ff9b::1"] {
        assert_eq!(inside(&answer(data)), Some(data.parse().unwrap()), "{data}");
    }
    for data in ["8.8.8.8", "2606:4700::1111", "not an address"] {
        assert_eq!(inside(&answer(data)), None);
    }
    assert_eq!((inside("{}"), inside(""), inside(r#"{"Status":3}"#)), (None, None, None));
}
