//! Signing in with a secret key. It is sent once, and kept nowhere.

use crate::api;
use crate::session::{Session, Standing};
use crate::view::{Field, Form, name_the_page};
use crate::words;
use leptos::prelude::*;

#[component]
pub(super) fn SignIn() -> impl IntoView {
    let session = Session::here();
    name_the_page(words::sign_in::title());
    let ended = session.0.with_untracked(|standing| matches!(standing, Standing::Out { ended: true }));
    view! {
        <main class="alone" id="main">
            <img src={"/icon.svg"} alt="" width="48" height="48" />
            <h1>{words::sign_in::title()}</h1>
            <p class={"lead"}>{if ended { words::sign_in::ended() } else { words::sign_in::lead() }}</p>
            <Form
                button=words::sign_in::button()
                send=move |values| async move {
                    api::sign_in(values.text("key").trim()).await?;
                    session.ask();
                    Ok(())
                }
            >
                <Field name="key" label=words::sign_in::key() kind="password" hint=words::sign_in::hint() required=true />
            </Form>
        </main>
    }
}
