//! Install: the snippet of this program, where its path is routed, the guides, and the doctor, who looks whether it works.
//! `?guide=react` shows a guide.

mod code;
mod doctor;
mod guides;

pub(super) use code::{Code, snippet};

use crate::session::Session;
use crate::view::Page;
use crate::words;
use doctor::Doctor;
use guides::Guides;
use leptos::prelude::*;

#[component]
pub(crate) fn Install() -> impl IntoView {
    let program = Session::here().program();
    let id = program["id"].as_str().unwrap_or_default().to_owned();
    let site = program["site"].as_str().unwrap_or_default().to_owned();
    let host = site.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default().to_owned();
    let path = Session::here().friend_path();
    let routed = format!("{host}{path}");
    let edge = window().location().origin().unwrap_or_default();
    let owner = edge.split_once("://").map_or("", |(_, rest)| rest).to_owned();
    let nginx = format!(
        "location {path}/ {{\n    proxy_pass {edge};\n    proxy_http_version 1.1;\n    proxy_redirect off;\n\n    \
         proxy_set_header Host              $http_host;\n    proxy_set_header X-Forwarded-For   $remote_addr;\n    \
         proxy_set_header X-Forwarded-Proto $scheme;\n}}\n"
    );
    let worker = format!(
        "routes = [\n  {{ pattern = \"{host}{path}/*\", zone_name = \"{host}\" }},\n  \
         {{ pattern = \"{owner}\", custom_domain = true }},\n]\n\n[vars]\nFRIEND_PATH = \"{path}\"\n\
         CLIENT_ADDRESS_HEADER = \"cf-connecting-ip\"\nOWNER_HOST = \"{owner}\"\n"
    );
    let elements = "<honeyguide-share></honeyguide-share>\n<honeyguide-offer></honeyguide-offer>\n";
    view! {
        <Page title=words::install::title()>
            <p class="lead">{words::install::lead(&host)}</p>
            <div class="two install">
                <div class="form">
                    <section class="card" aria-labelledby="route">
                        <h2 id="route">{words::install::route()}</h2>
                        <p>{words::install::route_lead(&routed)}</p>
                        <details open=true>
                            <summary>{words::install::nginx()}</summary>
                            <Code text=nginx what=words::install::nginx() />
                        </details>
                        <details>
                            <summary>{words::install::worker()}</summary>
                            <Code text=worker what=words::install::worker() />
                        </details>
                    </section>
                    <section class="card" aria-labelledby="snippet">
                        <h2 id="snippet">{words::install::snippet()}</h2>
                        <p>{words::install::snippet_lead()}</p>
                        <Code text=snippet(&path, &id) what=words::install::snippet() />
                        <p>{words::install::elements_lead()}</p>
                        <Code text=elements what=words::install::elements() />
                    </section>
                </div>
                <Doctor />
            </div>
            <Guides key=format!("hg_pk_{id}") site owner path />
        </Page>
    }
}
