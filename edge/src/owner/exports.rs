//! Exports, streamed: a piece is asked for when the one before is on its way, so that none is held whole.

use super::Asked;
use crate::command::{ExportedLines, ProgramCall, ProgramCommand as C, fetch};
use crate::failure::Outcome;
use futures_util::stream;
use honeyguide_domain::auth::Scope;
use worker::{Env, Response};

struct Piece {
    env: Env,
    program: String,
    after: i64,
    until: Option<i64>,
}

impl Piece {
    async fn lines(&self) -> Outcome<ExportedLines> {
        let call = ProgramCall::of_deployment(C::LedgerLines { after: self.after, until: self.until });
        fetch(&self.env, "PROGRAM", &self.program, &call).await
    }
}

/// The book as it is when this begins, a posting a line. A failure on the way cuts the connection: what arrived isn't
/// taken for the whole.
pub(super) async fn ledger(asked: &Asked<'_>) -> Outcome<Response> {
    asked.page(&[])?;
    let program = match super::many::permitted(asked, Scope::Read).await? {
        Ok(program) => program,
        Err(refused) => return Ok(refused),
    };
    let first = Piece { env: asked.env.clone(), program, after: 0, until: None };
    let pieces = stream::try_unfold(first, |mut piece| async move {
        if piece.until.is_some_and(|until| piece.after >= until) {
            return Ok(None);
        }
        let lines = piece.lines().await.map_err(|failure| worker::Error::RustError(failure.to_string()))?;
        (piece.after, piece.until) = (lines.last, Some(lines.until));
        Ok::<_, worker::Error>((!lines.lines.is_empty()).then(|| (lines.lines.into_bytes(), piece)))
    });
    let response = Response::from_stream(pieces)?;
    response.headers().set("content-type", "application/x-ndjson")?;
    response.headers().set("cache-control", "private, no-store")?;
    Ok(response)
}
