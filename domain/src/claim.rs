//! What a browser reports of a conversion, from a page that thanks the buyer: worth nothing of itself. Once a backend, a
//! vendor or the owner reports the conversion too, its touches are read where nothing better was said.

use crate::wire::conversions::NewConversion;

/// The conversion with the claim's touches, where it says nothing itself of who brought the customer. A browser can name
/// any order, so it never stands against what the confirmer says.
pub fn evidence(touches: &str, new: &NewConversion) -> Option<NewConversion> {
    let given = &new.attribution;
    let said = [&given.touch, &given.reference, &given.code, &given.coupon].into_iter().any(Option::is_some)
        || !given.contributions.is_empty();
    if said || touches.is_empty() {
        return None;
    }
    let mut claimed = new.clone();
    claimed.attribution.touch = Some(touches.to_owned());
    Some(claimed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read;

    #[test]
    fn a_claims_touches_are_read_only_where_nothing_else_was_said() {
        let order = |attribution: &str| -> NewConversion {
            let text = format!(
                r#"{{"event":"signup","external_id":"1","customer":{{"external_id":"u"}},"attribution":{attribution}}}"#
            );
            read::body(&text).unwrap()
        };
        let claimed = evidence("abc.def", &order("{}")).unwrap();
        assert_eq!(claimed.attribution.touch.as_deref(), Some("abc.def"));
        assert!(evidence("abc", &order(r#"{"consent":"denied"}"#)).is_some(), "consent is judged elsewhere");
        assert_eq!(evidence("", &order("{}")), None);
        for said in [r#"{"touch":"x"}"#, r#"{"reference":"ref_x"}"#, r#"{"code":"abc"}"#, r#"{"coupon":"ABC"}"#] {
            assert_eq!(evidence("abc", &order(said)), None, "{said}");
        }
    }
}
