//! Links as storage has them: the directory says which program a code belongs to, the program's object the rest.

use super::asking::{DIRECTORY, Wanted, ask_once};
use super::{Told, UNKNOWN};
use crate::command::{ProgramCall, ProgramCommand, fetch, resolve_codes};
use crate::failure::Outcome;
use crate::settings::Settings;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use worker::Env;

/// The version of a program's links, or of the directory.
pub(super) async fn version(env: &Env, keeper: &str) -> Outcome<i64> {
    if keeper == DIRECTORY {
        return Ok(resolve_codes(env, Vec::new()).await?.version);
    }
    fetch(env, "PROGRAM", keeper, &ProgramCall::of_deployment(ProgramCommand::LinksVersion)).await
}

/// What is told of links; those that can't be asked for are left out.
pub(super) async fn links(env: &Env, settings: &Settings, wanted: Vec<Wanted>) -> Vec<(Wanted, Told)> {
    let names = wanted.iter().map(|one| (one.code.clone(), one.host.clone())).collect();
    let Some(directory) = ask_once(settings, DIRECTORY, resolve_codes(env, names)).await else { return Vec::new() };
    let mut told = Vec::with_capacity(wanted.len());
    let mut programs: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for (wanted, resolved) in wanted.into_iter().zip(directory.resolved) {
        match resolved.program {
            Some(program) => programs.entry(program).or_default().push(wanted),
            None => told.push((
                wanted,
                Told {
                    program: resolved.host_program.unwrap_or_default(),
                    destination: resolved.site.unwrap_or_default(),
                    objection: Some(UNKNOWN.to_owned()),
                    version: directory.version,
                    ..Told::default()
                },
            )),
        }
    }
    let asked = programs.into_iter().map(|(program, wanted)| async move {
        let codes = wanted.iter().map(|one| one.code.clone()).collect();
        let command = ProgramCall::of_deployment(ProgramCommand::Links { codes });
        let question = fetch::<Vec<Told>>(env, "PROGRAM", &program, &command);
        wanted.into_iter().zip(ask_once(settings, &program, question).await.unwrap_or_default())
    });
    told.extend(join_all(asked).await.into_iter().flatten());
    told
}
