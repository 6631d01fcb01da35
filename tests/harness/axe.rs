//! axe-core in the browser: what keeps people out of a page.

use crate::Browser;
use serde_json::json;
use xtask::place::Place;

impl Browser {
    /// From now on every frame of every page has axe-core.
    pub fn bring_axe(&self) {
        let source = std::fs::read_to_string(Place::find().unwrap().node_modules("axe-core/axe.min.js")).unwrap();
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": source}));
    }

    /// What axe-core says of the page and the frames in it, a line each.
    pub fn objections(&self) -> Vec<String> {
        let found = self.script_that_ends(
            "const done = arguments[arguments.length - 1];
             axe.run(document, { resultTypes: ['violations'] }).then(
                ({ violations }) => done(violations.flatMap(({ id, help, nodes }) =>
                    nodes.map(({ target, html, any }) => [id, help, JSON.stringify(target), html, any[0]?.message || ''].join(' | ')))),
                (error) => done(['axe-core failed: ' + error]));",
        );
        found.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
    }
}
