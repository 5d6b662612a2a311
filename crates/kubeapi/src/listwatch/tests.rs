use super::*;
use crate::decode::Event;
use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream;
use model::rows::NamespaceRow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers requests one after the other from a script, and remembers them.
#[derive(Default)]
struct Script {
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<String>>,
}

impl Transport for Script {
    fn get(&self, get: Get) -> BoxFuture<'_, Result<Reply, SyncError>> {
        self.requests.lock().unwrap().push(get.path_and_query);
        let reply = self.replies.lock().unwrap().pop_front().ok_or(SyncError::Connection);
        Box::pin(async move { reply })
    }
}

fn reply(status: u16, body: BodyStream) -> Reply {
    Reply { status, retry_after: None, carrier: Carrier { multiplexed: true, id: Some(1) }, body }
}

fn whole(status: u16, body: String) -> Reply {
    reply(status, stream::iter([Ok(Bytes::from(body))]).boxed())
}

fn object(name: &str, version: u32) -> String {
    format!(r#"{{"metadata":{{"name":"{name}","uid":"{name}-uid","resourceVersion":"{version}"}}}}"#)
}

fn list(names: &[&str], version: u32, next: &str) -> Reply {
    let items: Vec<String> = names.iter().map(|name| object(name, 1)).collect();
    let meta = format!(r#"{{"resourceVersion":"{version}","continue":"{next}"}}"#);
    whole(200, format!(r#"{{"metadata":{meta},"items":[{}]}}"#, items.join(",")))
}

fn failure(status: u16) -> Reply {
    whole(status, format!(r#"{{"kind":"Status","code":{status}}}"#))
}

fn event(of: &str, object: &str) -> String {
    format!("{{\"type\":\"{of}\",\"object\":{object}}}\n")
}

/// A watch that says `lines` and then nothing more.
fn open_watch(lines: &[String]) -> Reply {
    let chunks: Vec<_> = lines.iter().map(|line| Ok(Bytes::from(line.clone()))).collect();
    reply(200, stream::iter(chunks).chain(stream::pending()).boxed())
}

fn pace(limits: &Limits) -> Pace {
    Pace::new(limits, Admission::new(1, 1 << 30))
}

struct Run {
    error: SyncError,
    steps: Vec<String>,
    requests: Vec<String>,
}

/// Runs until the script is at its end, which the machine sees as a broken connection.
async fn run(version: Option<&str>, replies: Vec<Reply>) -> Run {
    run_times(1, version, Limits::default(), replies).await
}

async fn run_times(times: usize, version: Option<&str>, limits: Limits, replies: Vec<Reply>) -> Run {
    let script = Arc::new(Script { replies: Mutex::new(replies.into()), ..Script::default() });
    let (sender, receiver) = steps(1000);
    let transport: Arc<dyn Transport> = Arc::clone(&script) as _;
    let version = version.map(str::to_owned);
    let mut machine = ListWatch::<NamespaceRow>::new(transport, None, limits, pace(&limits), version, sender);
    let mut error = SyncError::BadData;
    for _ in 0..times {
        error = machine.run().await.unwrap();
    }
    drop(machine);
    let steps = words(receiver).await;
    let requests = script.requests.lock().unwrap().iter().map(|path| short(path)).collect();
    Run { error, steps, requests }
}

/// `list`, `list next`, `watch version`.
fn short(path: &str) -> String {
    let parameter = |name: &str| path.split(['?', '&']).find_map(|part| part.strip_prefix(name));
    match (parameter("resourceVersion="), parameter("continue=")) {
        (Some(version), _) => format!("watch {version}"),
        (None, Some(next)) => format!("list {next}"),
        (None, None) => "list".to_owned(),
    }
}

async fn words(mut receiver: StepReceiver<Step<NamespaceRow>>) -> Vec<String> {
    let mut steps = Vec::new();
    while let Some(step) = receiver.recv().await {
        steps.push(match step {
            Step::ListStarted => "started".to_owned(),
            Step::Page { objects, skipped, .. } => {
                let names: Vec<&str> = objects.iter().map(|object| &*object.row.meta.name).collect();
                format!("page {} -{skipped}", names.join(","))
            }
            Step::ListFinished { version } => format!("finished {version}"),
            Step::WatchOpened { .. } => "opened".to_owned(),
            Step::Events { events, version, skipped, .. } => {
                let words: Vec<String> = events.iter().map(word).collect();
                format!("events {} -{skipped} @{version}", words.join(","))
            }
            Step::HeldBack(on) => format!("held back {on}"),
            Step::WatchClosed { idle } => format!("closed {idle}"),
            // Told by `Run::error`.
            Step::Failed(_) => continue,
        });
    }
    steps
}

fn word(event: &Event<NamespaceRow>) -> String {
    match event {
        Event::Applied(decoded) => format!("+{}", decoded.row.meta.name),
        Event::Deleted(gone) => format!("-{}", gone.name),
        Event::Bookmark => "bookmark".to_owned(),
        Event::Error(_) => "error".to_owned(),
        Event::Unknown => "unknown".to_owned(),
    }
}

#[tokio::test]
async fn lists_page_by_page_and_watches_from_there() {
    let run = run(
        None,
        vec![
            list(&["a"], 9, "t1"),
            list(&["b"], 9, ""),
            reply(
                200,
                stream::iter([
                    Ok(Bytes::from(
                        event("ADDED", &object("c", 10)) + &event("DELETED", &object("a", 11)) + "{\"type\":",
                    )),
                    Ok(Bytes::from("\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"20\"}}}\n")),
                ])
                .boxed(),
            ),
        ],
    )
    .await;
    assert_eq!(run.requests, ["list", "list t1", "watch 9", "watch 20"]);
    assert_eq!(
        run.steps,
        [
            "started",
            "page a -0",
            "page b -0",
            "finished 9",
            "opened",
            "events +c,-a -0 @11",
            "events bookmark -0 @20",
            "closed false",
        ]
    );
    assert_eq!(run.error, SyncError::Connection);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_brings_too_much_is_held_back_and_says_so() {
    let line = event("ADDED", &object("a", 10));
    let limits = Limits {
        watch_bytes_a_second: line.len() as u64,
        watch_burst_bytes: 2 * line.len() as u64,
        ..Limits::default()
    };
    let begun = tokio::time::Instant::now();
    // The watch stays silent after its lines, until it is given up as idle.
    let run = run_times(1, Some("5"), limits, vec![open_watch(&vec![line; 4])]).await;
    let held_back = "held back true".to_owned();
    assert_eq!(run.steps.iter().position(|step| *step == held_back), Some(4), "{:?}", run.steps);
    assert!(begun.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn objects_are_counted_by_what_the_server_says() {
    let page = |meta: &str| {
        whole(200, format!(r#"{{"metadata":{{"resourceVersion":"9"{meta}}},"items":[{}]}}"#, object("a", 1)))
    };
    for (meta, expected) in [
        ("", Some(1)),
        (r#","continue":"t","remainingItemCount":41"#, Some(42)),
        (r#","continue":"t""#, None),
        (r#","continue":"t","remainingItemCount":-1"#, None),
    ] {
        let script = Arc::new(Script { replies: Mutex::new(vec![page(meta)].into()), ..Script::default() });
        let (sender, _receiver) = steps(1);
        let mut machine =
            ListWatch::<NamespaceRow>::new(script, None, Limits::default(), pace(&Limits::default()), None, sender);
        assert_eq!(machine.count().await, Ok(expected), "{meta}");
    }
}

#[tokio::test]
async fn a_lost_version_lists_anew() {
    let expired = event("ERROR", r#"{"kind":"Status","code":410,"reason":"Expired"}"#);
    let lost = [open_watch(&[event("ADDED", &object("b", 10)), expired]), failure(410)];
    for watch in lost {
        let run = run(Some("5"), vec![watch, list(&["a"], 20, "")]).await;
        assert_eq!(run.requests, ["watch 5", "list", "watch 20"]);
        assert!(run.steps.ends_with(&["started".into(), "page a -0".into(), "finished 20".into()]), "{:?}", run.steps);
    }
    let too_large = whole(504, r#"{"code":504,"message":"Too large resource version: 5, current: 3"}"#.to_owned());
    assert_eq!(run(Some("5"), vec![too_large, list(&[], 3, "")]).await.requests, ["watch 5", "list", "watch 3"]);
}

#[tokio::test]
async fn a_version_lost_again_at_once_is_a_failure() {
    let run = run(Some("5"), vec![failure(410), list(&["a"], 6, ""), failure(410)]).await;
    assert_eq!((run.error, run.requests.len()), (SyncError::Gone, 3));
}

#[tokio::test]
async fn a_token_lost_while_paging_starts_over() {
    let run = run(None, vec![list(&["a"], 9, "t1"), failure(410), list(&["a", "b"], 12, "")]).await;
    assert_eq!(run.requests, ["list", "list t1", "list", "watch 12"]);
    assert_eq!(run.steps, ["started", "page a -0", "started", "page a,b -0", "finished 12"]);
}

#[tokio::test]
async fn goes_on_where_it_was_after_a_failure() {
    let replies = vec![
        list(&["a"], 9, "t1"),
        failure(500),
        list(&["b"], 9, ""),
        failure(503),
        open_watch(&[event("ADDED", &object("c", 10)), event("ERROR", r#"{"code":500}"#)]),
    ];
    let run = run_times(4, None, Limits::default(), replies).await;
    assert_eq!(run.requests, ["list", "list t1", "list t1", "watch 9", "watch 9", "watch 10"]);
    assert_eq!(run.steps.iter().filter(|step| *step == "started").count(), 1);
}

#[tokio::test]
async fn a_bad_line_is_skipped_and_the_stream_goes_on() {
    let lines = [
        "rubbish\n".to_owned(),
        event("ADDED", r#"{"metadata":{"name":"no-uid"}}"#),
        event("ADDED", &object("good", 6)),
        event("ERROR", r#"{"code":401}"#),
    ];
    let run = run(Some("5"), vec![open_watch(&lines)]).await;
    assert_eq!(run.error, SyncError::Unauthorized);
    assert_eq!(run.steps[1..], ["events  -1 @5", "events  -1 @5", "events +good -0 @6", "events  -0 @6"]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_is_opened_anew_even_while_it_sends_rubbish() {
    let silent = open_watch(&[event("ADDED", &object("a", 6))]);
    let rubbish = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        Some((Ok(Bytes::from_static(b"rubbish\n")), ()))
    });
    let run = run(Some("5"), vec![silent, reply(200, rubbish.boxed())]).await;
    assert_eq!(run.requests, ["watch 5", "watch 6", "watch 6"]);
    assert_eq!(run.steps.iter().filter(|step| *step == "closed true").count(), 2);
}

#[tokio::test]
async fn a_watch_that_closes_without_a_word_is_a_failure() {
    let run = run(Some("5"), vec![whole(200, String::new())]).await;
    assert_eq!((run.error, run.requests.len()), (SyncError::Connection, 1));
}

#[tokio::test]
async fn a_page_too_large_is_asked_for_in_smaller_ones() {
    let limits = Limits { page_bytes: 1000, ..Limits::default() };
    let big = || whole(200, "x".repeat(1001));
    let run = run_times(1, None, limits, vec![big(), list(&["a"], 9, "")]).await;
    assert_eq!(run.steps, ["started", "page a -0", "finished 9"]);
    let endless = run_times(1, None, limits, (0..9).map(|_| big()).collect()).await;
    assert_eq!((endless.error, endless.requests.len()), (SyncError::TooLarge { cap: 1000 }, 5));
}

#[tokio::test]
async fn a_list_without_end_is_a_failure_and_starts_over() {
    let limits = Limits { list_objects: 3, ..Limits::default() };
    let pages = || vec![list(&["a", "b"], 9, "t1"), list(&["c", "d"], 9, "t2")];
    let run = run_times(1, None, limits, pages()).await;
    assert_eq!(run.error, SyncError::TooMany { cap: 3 });
    assert_eq!(run.steps, ["started", "page a,b -0"]);
    let again = run_times(2, None, limits, pages().into_iter().chain(pages()).collect()).await;
    assert_eq!(again.requests, ["list", "list t1", "list", "list t1"]);
}

#[tokio::test]
async fn what_is_no_list_is_bad_data() {
    assert_eq!(run(None, vec![whole(200, "<html>".to_owned())]).await.error, SyncError::BadData);
    assert_eq!(run(None, vec![whole(200, "{}".to_owned())]).await.error, SyncError::BadData);
}

#[test]
fn what_an_answer_proves_about_a_stream() {
    let h2 = |id| Carrier { multiplexed: true, id: Some(id) };
    let h1 = Carrier::default();
    assert!(h2(1).proves(&h2(1)));
    assert!(!h2(2).proves(&h2(1)));
    assert!(!h1.proves(&h2(1)));
    assert!(h1.proves(&h1));
}
