//! What a command has made, for `-o`.

use std::io::{self, Write};

use json_patch::Patch;
use serde_json::Value;

use crate::object::ObjectId;
use crate::output::{Format, shown, write_json, write_objects};

/// An object that a command has made or changed, or would.
#[derive(Clone, Debug)]
pub struct Product {
    /// Where it is.
    pub id: ObjectId,
    /// The patch that leads to it.
    pub patch: Patch,
    /// What it is.
    pub object: Value,
}

/// Writes the products as the format says: objects, names or patches.
///
/// # Errors
/// If the writer fails.
pub fn write(out: &mut dyn Write, format: Format, products: Vec<Product>) -> io::Result<()> {
    match format {
        Format::Name => products.iter().try_for_each(|product| writeln!(out, "{}", product.id)),
        Format::Patch => {
            products.iter().try_for_each(|product| write_json(out, &serde_json::to_value(&product.patch)?))
        }
        Format::Yaml | Format::Json => {
            write_objects(out, format, products.into_iter().map(|product| shown(product.object)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use serde_json::json;

    #[test]
    fn a_product_is_shown_as_the_format_says() {
        let product = Product {
            id: ObjectId::new(Kind::DaemonSet, "web", "rng"),
            patch: serde_json::from_value(json!([{"op": "remove", "path": "/spec/replicas"}])).unwrap(),
            object: json!({"kind": "DaemonSet", "metadata": {"name": "rng", "managedFields": [{}]}}),
        };
        for (format, shown) in
            [(Format::Name, "daemonset.apps/rng\n"), (Format::Yaml, "kind: DaemonSet\nmetadata:\n  name: rng\n")]
        {
            let mut out = Vec::new();
            write(&mut out, format, vec![product.clone()]).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), shown);
        }
        let mut out = Vec::new();
        write(&mut out, Format::Patch, vec![product]).unwrap();
        let patch: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(patch, json!([{"op": "remove", "path": "/spec/replicas"}]));
    }
}
