//! YAML from strangers: several documents, no snippets in errors, no bombs.

use model::wire::problem::Problem;
use serde_json::Value;

/// The documents of a text; empty ones are left out.
///
/// # Errors
/// 400 with line and column. The message never quotes the text.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, Problem> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 100_000,
            max_aliases: 0,
            max_anchors: 0,
            max_documents: 200,
            max_merge_keys: 0,
        },
    };
    serde_saphyr::from_multiple_with_options::<Value>(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line() as usize, at.column() as usize));
        let message = error.without_snippet().to_string();
        let message = message.lines().next().unwrap_or("the YAML does not parse");
        Problem::malformed("malformed", message).at(line, column)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_in_order_and_empty_ones_left_out() {
        let read = documents("a: 1\n---\n\n---\nb: [x, z]\n").unwrap();
        assert_eq!(read, [serde_json::json!({"a": 1}), serde_json::json!({"b": ["x", "z"]})]);
    }

    #[test]
    fn errors_have_a_position_and_no_text() {
        let problem = documents("a: 1\nb: [SECRETWORD\nc: 2\n").unwrap_err();
        assert_eq!(problem.status, 400);
        assert!(problem.line.is_some() && problem.column.is_some());
        assert!(!serde_json::to_string(&problem).unwrap().contains("SECRETWORD"));
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
        assert_eq!(documents(bomb).unwrap_err().status, 400);
        let deep = "[".repeat(500);
        assert_eq!(documents(&deep).unwrap_err().status, 400);
    }
}
