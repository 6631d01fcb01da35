//! Owners' own messages: what is taken, and what is told.

use super::*;
use crate::fault::Fault;
use serde_json::json;
use std::cell::RefCell;

fn faults(messages: &Value) -> Vec<(String, &'static str, String)> {
    let faults: RefCell<Vec<Fault>> = RefCell::default();
    check(messages, &Place::root(&faults).child("messages"));
    faults.into_inner().into_iter().map(|fault| (fault.path, fault.code, fault.message)).collect()
}

fn of_html(html: &str) -> Vec<&'static str> {
    faults(&json!({"en": {"your_link": {"html": html}}})).into_iter().map(|(_, code, _)| code).collect()
}

#[test]
fn what_nobody_knows_is_told_with_its_path_and_what_may_have_been_meant() {
    for (messages, path, code, hint) in [
        (json!({"dee": {}}), "messages.dee", "unknown_field", "did you mean \"de\"?"),
        (json!({"de": {"your_lnk": {}}}), "messages.de.your_lnk", "unknown_field", "did you mean \"your_link\"?"),
        (json!({"de": {"your_link": {"txt": "x"}}}), "messages.de.your_link.txt", "unknown_field", "\"text\"?"),
        (
            json!({"de": {"your_link": {"text": "{{ lnik }}"}}}),
            "messages.de.your_link.text",
            "unknown_placeholder",
            "There is no placeholder \"lnik\"; did you mean \"link\"?",
        ),
        (json!({"de": {"test": {"subject": "{{program"}}}), "messages.de.test.subject", "open_placeholder", "}}"),
        (json!({"de": {"test": {"subject": "a\nBcc: b"}}}), "messages.de.test.subject", "invalid_text", "one line"),
        (json!({"de": {"test": {"text": "{{say hello}}"}}}), "messages.de.test.text", "unknown_placeholder", "hello"),
        (json!({"de": []}), "messages.de", "wrong_type", "object"),
        (json!({"de": {"test": {"text": 5}}}), "messages.de.test.text", "wrong_type", "text"),
    ] {
        let told = faults(&messages);
        assert_eq!(told.len(), 1, "{messages} {told:?}");
        assert_eq!((told[0].0.as_str(), told[0].1), (path, code), "{messages}");
        assert!(told[0].2.contains(hint), "{}", told[0].2);
    }
    let fine =
        json!({"ar": {"reward_paid": {"subject": "{{reward}}", "text": "{{hello}}\n\n{{ reward }} {{program}}"}}});
    assert_eq!(faults(&fine), []);
}

#[test]
fn in_html_a_placeholder_stands_where_it_can_do_no_harm() {
    for fine in [
        "<p>{{hello}}</p><a href=\"{{link}}\">{{link}}</a>",
        "<a class='x' href='{{link}}?from=mail'>x</a>",
        "<img alt=\"{{program}}\" src=\"https://shop.example/a.png?n={{name}}\">",
        "<a href=\"mailto:care@shop.example?subject={{program}}\">write</a>",
        "<p style=\"color:red\">a > b {{reward}}</p>",
    ] {
        assert_eq!(of_html(fine), Vec::<&str>::new(), "{fine}");
    }
    for harmful in [
        "<a href={{link}}>x</a>",
        "<a href = {{link}}>x</a>",
        "<a href=\"{{name}}\">x</a>",
        "<a href=\"javascript:x('{{name}}')\">x</a>",
        "<a href = '{{program}}'>x</a>",
        "<p onclick=\"x('{{name}}')\">x</p>",
        "<p style=\"{{name}}\">x</p>",
        "<p {{name}}>x</p>",
        "<{{name}}>",
        "<iframe srcdoc=''></iframe>",
        "<SCRIPT>x</SCRIPT>",
        "<style>p{}</style>",
    ] {
        assert_eq!(of_html(harmful).len(), 1, "{harmful} {:?}", of_html(harmful));
    }
}
