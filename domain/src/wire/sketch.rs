//! What a reader accepts, told by the reader itself: it is run on nothing, and says at each place what may stand there
//! instead of reading it. So the schema of a body can't differ from its reader in a name or in what is required.
//!
//! Called by the readers in `wire` and `program::file`; outside of tests and of the document's making all of it is
//! compiled away.

use crate::fault::Place;
use crate::wire::read::Read;
#[cfg(any(test, feature = "openapi"))]
pub use asked::{Shapes, Sketch, schema_of};
use serde_json::Value;

/// What readers say. Each answers whether a sketch is made; then there is nothing to read.
impl Place<'_> {
    /// What may stand here, beside what was said before: JSON Schema 2020-12.
    #[cfg_attr(not(any(test, feature = "openapi")), expect(clippy::unused_self, reason = "nobody asks in the Worker"))]
    pub fn accepts(&self, schema: impl FnOnce() -> Value) -> bool {
        #[cfg(any(test, feature = "openapi"))]
        if let Some(sketch) = self.sketch {
            sketch.merge(&self.path, &schema());
            return true;
        }
        #[cfg(not(any(test, feature = "openapi")))]
        drop(schema);
        false
    }

    /// The same, where what was said before holds against it.
    #[cfg_attr(not(any(test, feature = "openapi")), expect(clippy::unused_self, reason = "nobody asks in the Worker"))]
    pub(crate) fn accepts_beside(&self, schema: impl FnOnce() -> Value) -> bool {
        #[cfg(any(test, feature = "openapi"))]
        if let Some(sketch) = self.sketch {
            sketch.merge_beneath(&self.path, schema());
            return true;
        }
        #[cfg(not(any(test, feature = "openapi")))]
        drop(schema);
        false
    }

    /// A list of these.
    #[cfg_attr(not(any(test, feature = "openapi")), expect(clippy::unused_self, reason = "nobody asks in the Worker"))]
    pub(crate) fn accepts_list<T: Read>(&self) -> bool {
        #[cfg(any(test, feature = "openapi"))]
        if let Some(sketch) = self.sketch {
            let list = serde_json::json!({"type": "array", "items": schema_of::<T>(&sketch.shapes)});
            return self.accepts(|| list);
        }
        false
    }

    /// The one or the other.
    #[cfg_attr(not(any(test, feature = "openapi")), expect(clippy::unused_self, reason = "nobody asks in the Worker"))]
    pub(crate) fn accepts_either<One: Read, Other: Read>(&self) -> bool {
        #[cfg(any(test, feature = "openapi"))]
        if let Some(sketch) = self.sketch {
            let (one, other) = (schema_of::<One>(&sketch.shapes), schema_of::<Other>(&sketch.shapes));
            return self.accepts(|| serde_json::json!({"anyOf": [one, other]}));
        }
        false
    }

    /// A field of the object here.
    #[cfg_attr(
        not(any(test, feature = "openapi")),
        expect(clippy::unused_self, unused_variables, reason = "nobody asks in the Worker")
    )]
    pub(crate) fn accepts_field<T: Read>(&self, name: &str, required: bool) -> bool {
        #[cfg(any(test, feature = "openapi"))]
        if let Some(sketch) = self.sketch {
            sketch.field::<T>(&self.path, name, required);
            return true;
        }
        false
    }
}

#[cfg(any(test, feature = "openapi"))]
mod asked {
    use crate::fault::Place;
    use crate::wire::read::Read;
    use serde_json::{Map, Value, json};
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::rc::Rc;

    /// The objects that have a name, for `#/components/schemas`.
    pub type Shapes = Rc<RefCell<BTreeMap<String, Value>>>;

    /// The schema that one reader tells.
    #[derive(Debug)]
    pub struct Sketch {
        schema: RefCell<Value>,
        pub(super) shapes: Shapes,
    }

    /// The schema of what `T` reads. An object is put among the shapes under its type's name, and pointed at.
    ///
    /// # Panics
    ///
    /// Where two shapes have one name.
    pub fn schema_of<T: Read>(shapes: &Shapes) -> Value {
        let sketch = Sketch { schema: RefCell::new(json!({})), shapes: Rc::clone(shapes) };
        let faults = RefCell::default();
        let place = Place { sketch: Some(&sketch), ..Place::root(&faults) };
        T::read(&Value::Object(Map::new()), &place);
        let schema = sketch.schema.into_inner();
        if schema.get("properties").is_none() {
            return schema;
        }
        let name = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default().to_owned();
        let pointer = json!({"$ref": format!("#/components/schemas/{name}")});
        let known = shapes.borrow_mut().insert(name.clone(), schema.clone());
        assert!(known.is_none_or(|known| known == schema), "two shapes have the name {name}");
        pointer
    }

    impl Sketch {
        pub(super) fn merge(&self, path: &str, more: &Value) {
            merge(at(&mut self.schema.borrow_mut(), path), more);
        }

        pub(super) fn merge_beneath(&self, path: &str, mut base: Value) {
            let mut whole = self.schema.borrow_mut();
            let said = at(&mut whole, path);
            if said.get("pattern").or(said.get("format")).or(said.get("enum")).is_some() {
                // What is said already says more than that it is a text.
                base = json!({"type": "string"});
            }
            merge(&mut base, said);
            *said = base;
        }

        pub(super) fn field<T: Read>(&self, path: &str, name: &str, required: bool) {
            let schema = schema_of::<T>(&self.shapes);
            // A field that may be absent may be null as well.
            let schema = if required { schema } else { nullable(schema) };
            let mut whole = self.schema.borrow_mut();
            let object = at(&mut whole, path);
            merge(object, &json!({"type": "object", "additionalProperties": false, "properties": {name: schema}}));
            if required && let Value::Object(object) = object {
                let list = object.entry("required").or_insert_with(|| json!([]));
                list.as_array_mut().into_iter().for_each(|list| list.push(json!(name)));
            }
        }
    }

    fn nullable(mut schema: Value) -> Value {
        let open = schema.as_object().is_none_or(Map::is_empty);
        if open {
            return schema;
        }
        let plain = ["enum", "$ref", "anyOf"].iter().all(|name| schema.get(name).is_none());
        if let (true, Some(kind)) = (plain, schema.get("type").cloned()) {
            merge(&mut schema, &json!({"type": [kind, "null"]}));
            return schema;
        }
        json!({"anyOf": [schema, {"type": "null"}]})
    }

    /// The schema at a place such as `rewards.flat` or `codes[0]` of what the whole describes.
    fn at<'a>(whole: &'a mut Value, path: &str) -> &'a mut Value {
        path.split('.').filter(|name| !name.is_empty()).fold(whole, |schema, step| {
            let (name, item) = step.split_once('[').map_or((step, false), |(name, _)| (name, true));
            let schema = if name.is_empty() { schema } else { entry(entry(schema, "properties"), name) };
            if item { entry(schema, "items") } else { schema }
        })
    }

    fn entry<'a>(schema: &'a mut Value, name: &str) -> &'a mut Value {
        if !schema.is_object() {
            *schema = json!({});
        }
        match schema {
            Value::Object(object) => object.entry(name).or_insert_with(|| json!({})),
            other => other,
        }
    }

    /// What is new wins; objects are merged field by field.
    fn merge(into: &mut Value, more: &Value) {
        match (into, more) {
            (Value::Object(into), Value::Object(more)) => {
                for (name, value) in more {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
            (into, more) => into.clone_from(more),
        }
    }
}
