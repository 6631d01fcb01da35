//! The share card's row of field and button: it shows the link to copy, or takes an e-mail address.

use super::dom::Part;
use crate::words;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

pub(crate) struct Row {
    field: Part,
    button: Part,
}

/// What the row is for at the moment.
pub(crate) struct Use {
    /// The field's type; only an `email` can be typed, and sent.
    kind: &'static str,
    label: &'static str,
    hint: &'static str,
    button: &'static str,
    /// What a press of the button means; nothing while there is nothing to press it for.
    act: &'static str,
}

/// There is a link to copy.
pub(crate) static LINK: Use = Use { kind: "text", label: words::YOUR_LINK, hint: "", button: words::COPY, act: "copy" };

/// There is none, as nobody has said who they are.
pub(crate) static NOBODY: Use = Use { act: "", ..LINK };

/// There will be one.
pub(crate) static ASKING: Use = Use { hint: words::GETTING_LINK, act: "", ..LINK };

/// There is none, and they may try again.
pub(crate) static REFUSED: Use = Use { button: words::TRY_AGAIN, act: "retry", ..LINK };

/// It goes to an address that is typed here.
pub(crate) static MAIL: Use =
    Use { kind: "email", label: words::YOUR_EMAIL, hint: words::YOUR_EMAIL, button: words::GET_LINK, act: "" };

impl Row {
    pub(crate) fn draw(card: &Part) -> Self {
        let form = card.add("form", "row", "");
        let field = form.add("input", "field", "");
        let button = form.add("button", "button", "");
        Self { field, button }
    }

    pub(crate) fn show(&self, purpose: &Use, value: &str) {
        let by_mail = purpose.kind == "email";
        let field = &self.field;
        field.set("type", purpose.kind);
        field.set("autocomplete", if by_mail { "email" } else { "off" });
        field.set("aria-label", purpose.label);
        field.set("placeholder", purpose.hint);
        field.mark("readonly", !by_mail);
        field.mark("required", by_mail);
        field.set("data-act", if by_mail { "" } else { "select" });
        self.field().set_value(value);

        let idle = !by_mail && purpose.act.is_empty();
        let button = &self.button;
        button.set("type", if by_mail { "submit" } else { "button" });
        button.set("data-act", purpose.act);
        button.set("aria-disabled", if idle { "true" } else { "false" });
        button.say(purpose.button);
    }

    pub(crate) fn button(&self) -> &Part {
        &self.button
    }

    pub(crate) fn field(&self) -> &HtmlInputElement {
        self.field.unchecked_ref()
    }
}
