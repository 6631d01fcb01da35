//! A link as a QR code: drawn as an image of elements, and saved as SVG or PNG.

use crate::view::{Toasts, save};
use crate::words;
use honeyguide_domain::sharepage::qr::{self, Drawn};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast as _, JsValue};

/// Pixels of a PNG's side at least: sharp on a poster.
const SIDE: i32 = 1_024;

#[wasm_bindgen]
extern "C" {
    type Canvas;
    #[wasm_bindgen(method, setter)]
    fn set_width(this: &Canvas, width: i32);
    #[wasm_bindgen(method, setter)]
    fn set_height(this: &Canvas, height: i32);
    #[wasm_bindgen(method, js_name = getContext)]
    fn context(this: &Canvas, kind: &str) -> Option<Brush>;
    #[wasm_bindgen(method, js_name = toBlob)]
    fn to_blob(this: &Canvas, then: JsValue);

    type Brush;
    #[wasm_bindgen(method, setter, js_name = fillStyle)]
    fn set_colour(this: &Brush, colour: &str);
    #[wasm_bindgen(method, js_name = fillRect)]
    fn fill_square(this: &Brush, x: i32, y: i32, width: i32, height: i32);
    #[wasm_bindgen(method)]
    fn scale(this: &Brush, x: i32, y: i32);
    #[wasm_bindgen(method, js_name = fill)]
    fn fill_path(this: &Brush, path: &Path);

    #[wasm_bindgen(js_name = Path2D)]
    type Path;
    #[wasm_bindgen(constructor, js_class = "Path2D")]
    fn new(data: &str) -> Path;
}

/// A button that shows a link's code in a dialog.
#[component]
pub(super) fn Qr(code: String, link: String) -> impl IntoView {
    let toasts = Toasts::here();
    let dialog = NodeRef::<html::Dialog>::new();
    let open = RwSignal::new(false);
    let title = words::people::qr_of(&code);
    let drawn = StoredValue::new(None::<Drawn>);
    let show = move |_| {
        if drawn.with_value(Option::is_none) {
            drawn.set_value(qr::draw(&link));
        }
        open.set(true);
        if let Some(dialog) = dialog.get_untracked() {
            let _shown = dialog.show_modal();
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let (svg_name, png_name) = (format!("{code}.svg"), format!("{code}.png"));
    let done = move |saved: Option<()>| {
        if saved.is_none() {
            toasts.say(words::people::not_saved());
        }
    };
    let as_svg = move |_| {
        let text = drawn.with_value(|drawn| drawn.as_ref().map(markup));
        done(text.and_then(|text| save::text(&svg_name, "image/svg+xml", &text)));
    };
    let as_png = move |_| {
        let name = png_name.clone();
        let then = move |blob: Option<web_sys::Blob>| done(blob.and_then(|blob| save::blob(&name, &blob)));
        if drawn.with_value(|drawn| drawn.as_ref().and_then(|drawn| painted(drawn, then))).is_none() {
            done(None);
        }
    };
    let shown = {
        let title = title.clone();
        move || {
            let drawn = open.get().then(|| drawn.get_value()).flatten()?;
            let (size, path) = (drawn.size, drawn.path);
            let frame = format!("0 0 {size} {size}");
            Some(view! {
                <svg class="qr" role="img" aria-label=title.clone() viewBox=frame shape-rendering="crispEdges">
                    <rect class="light" width=size height=size></rect>
                    <path class="dark" d=path></path>
                </svg>
            })
        }
    };
    view! {
        <button class="quiet" aria-haspopup="dialog" on:click=show>{words::people::qr()}<span class="unseen">" "{code.clone()}</span></button>
        <dialog class="drawn" node_ref=dialog aria-label=title.clone() on:close=move |_| open.set(false)>
            <h2>{title.clone()}</h2>
            {shown}
            <p class="hint">{words::people::qr_lead()}</p>
            <div class="buttons">
                <button class="quiet" autofocus=true on:click=close>{words::common::close()}</button>
                <button class="quiet" on:click=as_svg>{words::people::as_svg()}</button>
                <button on:click=as_png>{words::people::as_png()}</button>
            </div>
        </dialog>
    }
}

/// A file of its own: dark on white, whatever the scheme.
fn markup(drawn: &Drawn) -> String {
    let Drawn { size, path } = drawn;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>\n"
    )
}

/// The same in pixels, a whole number of them for each module.
fn painted(drawn: &Drawn, then: impl FnOnce(Option<web_sys::Blob>) + 'static) -> Option<()> {
    let each = (SIDE / drawn.size).max(1) + 1;
    let side = drawn.size * each;
    let canvas: Canvas = document().create_element("canvas").ok()?.unchecked_into();
    canvas.set_width(side);
    canvas.set_height(side);
    let brush = canvas.context("2d")?;
    brush.set_colour("#fff");
    brush.fill_square(0, 0, side, side);
    brush.set_colour("#000");
    brush.scale(each, each);
    brush.fill_path(&Path::new(&drawn.path));
    canvas.to_blob(Closure::once_into_js(move |blob: JsValue| then(blob.dyn_into().ok())));
    Some(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_file_has_the_code_and_white_behind_it() {
        let drawn = super::qr::draw("https://shop.example/r/ada").unwrap();
        let markup = super::markup(&drawn);
        assert!(markup.contains(&drawn.path) && markup.contains("#fff") && markup.ends_with("</svg>\n"));
    }
}
