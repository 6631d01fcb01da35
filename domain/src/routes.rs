//! The routes of the API: each method and path that the edge answers, once. What the edge says where there is none comes
//! from here, and `openapi` describes each of them.
//!
//! Invariant: a route that isn't here is not answered, and the document has no other; tests hold both. The friend's path
//! is written as `/r`, whatever the setting says.

use crate::fault::Refusal;

/// One method on one path. A `{name}` in the path stands for one segment, or for the part of it before a suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
}

macro_rules! routes {
    ($($($method:ident)|+ $path:literal)*) => {
        /// All routes, in the order of the document. Where two fit, the earlier is meant.
        pub const ROUTES: &[Route] = &[$($(Route { method: stringify!($method), path: $path },)+)*];
    };
}

routes! {
    GET|POST "/r/-/share"

    GET|HEAD "/r/{code}"
    GET|HEAD "/r/{code}/{channel}"

    GET "/r/-/v1/offer"
    GET "/r/-/v1/reference"
    GET|POST "/r/-/v1/me"
    GET "/r/-/v1/leaderboard"
    POST "/r/-/v1/touch"
    POST "/r/-/v1/consent"
    POST "/r/-/v1/join"
    POST "/r/-/v1/claim"
    GET|POST "/r/-/v1/unsubscribe"
    GET|HEAD "/r/-/{file}"

    GET|POST "/v1/programs"
    GET|PUT "/v1/program"
    GET "/v1/program/versions"
    GET "/v1/program/versions/{number}"
    POST "/v1/program/lint"
    POST "/v1/program/what-if"
    GET "/v1/doctor"
    GET|POST "/v1/keys"
    POST "/v1/keys/identity"
    DELETE "/v1/keys/{id}"
    GET|POST "/v1/sessions"
    DELETE "/v1/sessions/current"
    DELETE "/v1/sessions/{id}"

    POST "/v1/participants/batch"
    GET|POST "/v1/participants"
    GET|PATCH "/v1/participants/{id}"
    POST "/v1/participants/{id}/links"
    GET "/v1/participants/{id}/statement"
    GET "/v1/beneficiaries/{id}/statement"
    POST "/v1/participants/{id}/write-off"
    POST "/v1/beneficiaries/{id}/write-off"
    POST "/v1/customers/batch"

    GET "/v1/clicks"
    GET "/v1/stats/clicks"
    GET "/v1/stats/overview"
    GET "/v1/stats/programs"
    GET "/v1/links"

    POST "/v1/conversions/batch"
    GET|POST "/v1/conversions"
    GET "/v1/conversions/{id}"
    POST "/v1/conversions/{id}/dispute"
    POST "/v1/conversions/{id}/dispute/settle"
    POST "/v1/refunds"

    POST "/v1/in/stripe/{program}"
    POST "/v1/in/shopify/{program}"
    GET "/v1/sources"
    PUT|DELETE "/v1/sources/{vendor}"
    GET "/v1/in"
    GET "/v1/in/{id}"
    POST "/v1/in/{id}/replay"
    GET "/v1/claims"
    POST "/v1/claims/{id}/confirm"
    POST "/v1/claims/{id}/reject"

    GET "/v1/rewards"
    GET "/v1/rewards/{id}"
    POST "/v1/rewards/{id}/approve"
    POST "/v1/rewards/{id}/reject"
    POST "/v1/rewards/{id}/fulfil"
    POST "/v1/rewards/{id}/reverse"
    GET|POST "/v1/coupons"
    GET|POST "/v1/payouts"
    GET "/v1/payouts/{id}.csv"
    GET "/v1/payouts/{id}"
    POST "/v1/payouts/{id}/confirm"
    POST "/v1/payouts/{id}/fail"
    GET "/v1/ledger"
    GET "/v1/ledger/verify"
    GET "/v1/export/ledger.ndjson"
    GET "/v1/jobs/{id}"

    GET|POST "/v1/destinations"
    GET|PATCH|DELETE "/v1/destinations/{id}"
    POST "/v1/destinations/{id}/test"
    POST "/v1/destinations/{id}/rotate"
    POST "/v1/destinations/{id}/replay"
    GET "/v1/deliveries"
    GET "/v1/deliveries/{id}"
    POST "/v1/deliveries/{id}/replay"

    GET|HEAD "/healthz"
    GET|HEAD "/openapi.json"
    GET "/v1/metrics"
}

/// Whether there is such a route.
pub fn is_known(method: &str, path: &str) -> bool {
    methods(path).contains(&method)
}

/// The methods that a path has. None: there is no such path.
pub fn methods(path: &str) -> Vec<&'static str> {
    let Some(meant) = ROUTES.iter().find(|route| route.fits(path)) else { return Vec::new() };
    ROUTES.iter().filter(|route| route.path == meant.path).map(|route| route.method).collect()
}

/// What is said where there is no route: another method is in use there (405), or there is nothing (404).
pub fn nothing_here(method: &str, path: &str) -> Refusal {
    let known = methods(path);
    if known.is_empty() {
        return Refusal::not_found("path");
    }
    let allow = known.join(", ");
    let mut refusal = Refusal::new(405, "method_not_allowed", format!("{method} isn't done here; there is {allow}."));
    refusal.allow = Some(allow.into());
    refusal
}

impl Route {
    /// Whether this is the path's form.
    fn fits(self, path: &str) -> bool {
        let (mut form, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (form.next(), given.next()) {
                (None, None) => return true,
                (Some(form), Some(given)) if segment_fits(form, given) => {}
                _ => return false,
            }
        }
    }
}

fn segment_fits(form: &str, given: &str) -> bool {
    match form.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        Some((_, suffix)) => given.len() > suffix.len() && given.ends_with(suffix),
        None => form == given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_methods_and_no_others() {
        for (path, methods_of) in [
            ("/v1/participants", "GET POST"),
            ("/v1/participants/batch", "POST"),
            ("/v1/participants/prt_1", "GET PATCH"),
            ("/v1/payouts/pay_1.csv", "GET"),
            ("/v1/payouts/.csv", "GET"),
            ("/v1/payouts", "GET POST"),
            ("/v1/participants/", ""),
            ("/v1/nowhere", ""),
            ("/v1/rewards/rwd_1/burn", ""),
            ("/r/-/v1/offer", "GET"),
            ("/r/-/widget.js", "GET HEAD"),
            ("/r/-/share", "GET POST"),
            ("/r/ada/mail", "GET HEAD"),
        ] {
            assert_eq!(methods(path).join(" "), methods_of, "{path}");
        }
    }

    #[test]
    fn what_has_no_route_is_404_and_what_has_another_method_is_405_with_its_methods() {
        let refusal = nothing_here("DELETE", "/v1/participants/prt_1");
        assert_eq!((refusal.status, refusal.allow.as_deref()), (405, Some("GET, PATCH")));
        assert_eq!((nothing_here("GET", "/v1/nope").status, is_known("GET", "/v1/jobs/1")), (404, true));
    }

    #[test]
    fn no_route_stands_there_twice() {
        for (at, route) in ROUTES.iter().enumerate() {
            assert!(!ROUTES.iter().take(at).any(|earlier| earlier == route), "{route:?}");
        }
    }
}
