//! The text of a `workerd` configuration.

use super::Reach;
use super::bindings::{Bindings, SECRETS, quoted};
use crate::failure::{Because as _, Result};
use honeyguide_domain::address::refused_networks;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

/// One file of the bundle: its name, and the address that `embed` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) embed: String,
}

/// The folders of the disks `objects` and `assets`; nothing leaves it to the command line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Disks<'a> {
    pub(crate) objects: Option<&'a str>,
    pub(crate) assets: Option<&'a str>,
}

/// The modules of a bundle, the entry first. `at` is put before each name to give what `embed` takes.
pub(crate) fn modules(bundle: &Path, at: &str) -> Result<Vec<Module>> {
    let failed = || format!("The bundle {} can't be read", bundle.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(bundle).because(failed)? {
        let path = entry.because(failed)?.path();
        let is_module = path.extension().is_some_and(|kind| kind == "js" || kind == "wasm");
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_module) {
            names.push(name.to_owned());
        }
    }
    names.sort_by_key(|name| (name != "index.js", name.clone()));
    Ok(names.into_iter().map(|name| Module { embed: format!("{at}/{name}"), name }).collect())
}

/// The whole text. Its socket is named `http`. `cache` is the address of what stands for the data centre's cache; `own`
/// are the addresses of the machine that it is for, where they are known: nothing calls them.
pub(crate) fn configuration(
    bindings: &Bindings,
    modules: &[Module],
    reach: Reach,
    cache: Option<&str>,
    disks: &Disks<'_>,
    own: &[IpAddr],
) -> String {
    let service = |address| format!("    (name = \"cache\", external = (address = {}, http = ())),\n", quoted(address));
    let (cache, cache_service) = match cache {
        Some(address) => ("  cacheApiOutbound = \"cache\",\n", service(address)),
        None => ("", String::new()),
    };
    let refused = refused_networks()
        .into_iter()
        .chain(own.iter().map(|address| format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 })));
    let refused = refused.map(|network| quoted(&network)).collect::<Vec<_>>().join(", ");
    // Every binding is an entrance: without the second network there is no way to an address that isn't public.
    let (local_network, local_binding) = match reach {
        Reach::Public => ("", ""),
        Reach::LocalHostsToo => (
            "    (name = \"local-network\", network = (allow = [\"public\", \"private\"], \
             tlsOptions = (trustBrowserCas = true))),\n",
            "    (name = \"LOCAL_NETWORK\", service = \"local-network\"),\n",
        ),
    };
    format!(
        "# Made from edge/wrangler.toml. Changes here are lost.\n\
         using Workerd = import \"/workerd/workerd.capnp\";\n\n\
         const config :Workerd.Config = (\n  services = [\n    (name = \"edge\", worker = .edge),\n    \
         (name = \"internet\", network = (allow = [\"public\"], deny = [{refused}], tlsOptions = (trustBrowserCas = true))),\n{local_network}    \
         (name = \"objects\", disk = ({}writable = true)),\n    (name = \"assets\", disk = ({}writable = false)),\n{cache_service}  ],\n  \
         sockets = [(name = \"http\", address = \"127.0.0.1:8787\", http = (), service = \"edge\")],\n);\n\n\
         const edge :Workerd.Worker = (\n  compatibilityDate = {},\n  compatibilityFlags = [{}],\n  \
         globalOutbound = \"internet\",\n{cache}  durableObjectStorage = (localDisk = \"objects\"),\n  \
         modules = [\n{}  ],\n  durableObjectNamespaces = [\n{}  ],\n  bindings = [\n{local_binding}{}  ],\n);\n",
        path(disks.objects),
        path(disks.assets),
        quoted(&bindings.compatibility_date),
        bindings.compatibility_flags.iter().map(|flag| quoted(flag)).collect::<Vec<_>>().join(", "),
        lines(modules.iter().map(module)),
        lines(bindings.objects.iter().map(|(_, class)| namespace(class))),
        lines(values(bindings)),
    )
}

fn module(module: &Module) -> String {
    let kind = if Path::new(&module.name).extension().is_some_and(|kind| kind == "wasm") { "wasm" } else { "esModule" };
    format!("name = {}, {kind} = embed {}", quoted(&module.name), quoted(&module.embed))
}

/// The unique key names the objects' folder on disk: with another one, everything stored would be lost from sight.
fn namespace(class: &str) -> String {
    format!("className = {}, uniqueKey = {}, enableSql = true", quoted(class), quoted(&format!("honeyguide-{class}")))
}

fn values(bindings: &Bindings) -> impl Iterator<Item = String> + '_ {
    let objects = bindings
        .objects
        .iter()
        .map(|(name, class)| format!("name = {}, durableObjectNamespace = {}", quoted(name), quoted(class)));
    let assets = bindings.assets.iter().map(|name| format!("name = {}, service = \"assets\"", quoted(name)));
    let vars = bindings.vars.iter().map(|(name, value)| format!("name = {}, text = {}", quoted(name), quoted(value)));
    let secrets = SECRETS.iter().map(|name| format!("name = {0}, fromEnvironment = {0}", quoted(name)));
    objects.chain(assets).chain(vars).chain(secrets)
}

fn path(folder: Option<&str>) -> String {
    folder.map(|folder| format!("path = {}, ", quoted(folder))).unwrap_or_default()
}

fn lines(entries: impl Iterator<Item = String>) -> String {
    entries.fold(String::new(), |mut text, entry| {
        let _infallible = writeln!(text, "    ({entry}),");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Disks, Module, configuration};
    use crate::local::{Reach, bindings::Bindings};

    #[test]
    fn everything_listed_is_in_the_text() {
        let bindings = Bindings {
            compatibility_date: "2026-11-01".into(),
            compatibility_flags: vec!["nodejs_compat".into()],
            objects: vec![("PROGRAM".into(), "ProgramDo".into())],
            assets: Some("ASSETS".into()),
            vars: vec![("FRIEND_PATH".into(), "/a\"b".into())],
        };
        let modules = [Module { name: "a.wasm".into(), embed: "/x/a.wasm".into() }];
        let disks = Disks { objects: Some("data"), assets: None };
        let text = configuration(
            &bindings,
            &modules,
            Reach::Public,
            Some("127.0.0.1:1"),
            &disks,
            &["8.8.8.8".parse().unwrap()],
        );
        for expected in [
            "(name = \"a.wasm\", wasm = embed \"/x/a.wasm\"),",
            "(className = \"ProgramDo\", uniqueKey = \"honeyguide-ProgramDo\", enableSql = true),",
            "(name = \"PROGRAM\", durableObjectNamespace = \"ProgramDo\"),",
            "(name = \"ASSETS\", service = \"assets\"),",
            "(name = \"FRIEND_PATH\", text = \"/a\\\"b\"),",
            "(name = \"ADMIN_SECRET\", fromEnvironment = \"ADMIN_SECRET\"),",
            "disk = (path = \"data\", writable = true)",
            "(name = \"cache\", external = (address = \"127.0.0.1:1\", http = ())),",
            "cacheApiOutbound = \"cache\",",
            "disk = (writable = false)",
            "allow = [\"public\"], deny = [\"0.0.0.0/8\", ",
            ", \"8.8.8.8/32\"]",
            "compatibilityFlags = [\"nodejs_compat\"]",
        ] {
            assert!(text.contains(expected), "{expected} is not in\n{text}");
        }
        assert!(!text.contains("LOCAL_NETWORK") && !text.contains("\"private\""), "{text}");
        let local = configuration(&bindings, &modules, Reach::LocalHostsToo, None, &disks, &[]);
        assert!(local.contains("(name = \"LOCAL_NETWORK\", service = \"local-network\"),"), "{local}");
    }
}
