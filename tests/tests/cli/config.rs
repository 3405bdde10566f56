//! Settings: their layers, and the messages about mistakes in them.

use super::support::{Sandbox, page};

#[test]
fn each_setting_says_where_it_comes_from() {
    let sandbox = Sandbox::new()
        .with("copydesk.toml", "threads = 3\nmax_depth = 99\nkeep = []\nfavor = \"recall\"\n");
    let output = sandbox
        .command(&["config", "--format", "json", "--max-depth", "50"])
        .env("COPYDESK_KEEP", "byline")
        .output()
        .unwrap();
    assert!(output.status.success());
    let settings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (name, value, origin) in [
        ("threads", serde_json::json!(3), "file copydesk.toml"),
        ("max_depth", serde_json::json!(50), "flag"),
        ("keep", serde_json::json!(["byline"]), "environment"),
        ("page_timeout", serde_json::json!("10s"), "default"),
        ("favor", serde_json::json!("recall"), "file copydesk.toml"),
    ] {
        assert_eq!(settings[name]["value"], value, "{name}");
        assert_eq!(settings[name]["origin"], origin, "{name}");
    }
}

#[test]
fn the_printed_settings_are_a_settings_file() {
    let sandbox = Sandbox::new();
    let printed = sandbox.run(&["config", "--threads", "7"]);
    sandbox.write("copydesk.toml", printed.assert_exit(0).stdout());
    let again = sandbox.run(&["config"]);
    let threads =
        |text: &str| text.lines().find(|line| line.starts_with("threads")).map(String::from);
    assert!(threads(printed.stdout()).unwrap().ends_with("# flag"));
    assert!(threads(again.assert_exit(0).stdout()).unwrap().ends_with("# file copydesk.toml"));
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_name() {
    let sandbox = Sandbox::new().with("copydesk.toml", "thread = 2\n").with("a.html", page("A"));
    for command in [&["clean", "a.html"][..], &["config"]] {
        let run = sandbox.run(command);
        assert_eq!(
            run.assert_exit(2).stderr(),
            "error: copydesk.toml: unknown setting `thread`\nhint: did you mean `threads`?\n"
        );
        assert_eq!(run.stdout(), "");
    }
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_name() {
    let output =
        Sandbox::new().command(&["config"]).env("COPYDESK_EXPLAN", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: the environment: unknown setting `COPYDESK_EXPLAN`\n\
         hint: did you mean `COPYDESK_EXPLAIN`?\n"
    );
}

#[test]
fn the_users_own_settings_file_is_found_and_a_flag_replaces_it() {
    let sandbox = Sandbox::new()
        .with("xdg/copydesk/copydesk.toml", "format = \"csv\"\n")
        .with("other.toml", "format = \"txt\"\n")
        .with("a.html", page("A"));
    let run = sandbox.run(&["clean", "a.html"]);
    assert!(run.assert_exit(0).stdout().starts_with("source,outcome,"));
    let run = sandbox.run(&["clean", "a.html", "--config-file", "other.toml"]);
    assert!(!run.assert_exit(0).stdout().starts_with("source,outcome,"));
    let run = sandbox.run(&["clean", "a.html", "--config-file", "none.toml"]);
    assert!(run.assert_exit(2).stderr().starts_with("error: none.toml: "));
}

#[test]
fn no_more_threads_are_started_than_help() {
    let sandbox =
        Sandbox::new().with("copydesk.toml", "threads = 100000\n").with("a.html", page("A"));
    for args in [&["clean", "a.html"][..], &["clean", "a.html", "--threads", "100000"]] {
        let run = sandbox.run(args);
        let stderr = run.assert_exit(0).stderr();
        let most = 4 * std::thread::available_parallelism().unwrap().get();
        let warning = format!(
            "warning: of 100000 threads, {most} are started: more than four per processor clean \
             nothing faster\n"
        );
        assert!(stderr.starts_with(&warning), "{stderr}");
    }
    let run = sandbox.run(&["clean", "a.html", "--threads", "many"]);
    assert!(run.assert_exit(2).stderr().contains("not a whole number"), "{}", run.stderr());
}

#[test]
fn an_invalid_value_is_reported_with_its_line() {
    let sandbox = Sandbox::new().with("copydesk.toml", "\npage_timeout = \"soon\"\n");
    let run = sandbox.run(&["config"]);
    let stderr = run.assert_exit(2).stderr();
    assert!(stderr.starts_with("error: copydesk.toml: ") && stderr.contains("line 2"), "{stderr}");
    assert!(stderr.contains("`soon` is not a duration"), "{stderr}");
}
