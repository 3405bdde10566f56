//! Help, completions and manual pages.

use super::support::Sandbox;

#[test]
fn help_has_examples_and_a_missing_command_is_an_error() {
    let sandbox = Sandbox::new();
    for args in [
        &["--help"][..],
        &["clean", "--help"],
        &["repair", "--help"],
        &["config", "-h"],
        &["man", "--help"],
    ] {
        let run = sandbox.run(args);
        assert!(run.assert_exit(0).stdout().contains("Examples:\n  copydesk "), "{args:?}");
    }
    sandbox.run(&[]).assert_exit(2);
    let run = sandbox.run(&["clean", "--fromat", "txt"]);
    assert!(run.assert_exit(2).stderr().contains("'--format'"), "{}", run.stderr());
}

#[test]
fn completions_know_the_flags() {
    for shell in ["bash", "zsh", "fish"] {
        let run = Sandbox::new().run(&["completions", shell]);
        assert!(run.assert_exit(0).stdout().contains("page-timeout"), "{shell}");
    }
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["man"]);
    assert!(run.assert_exit(0).stdout().contains(".TH copydesk 1"));
    sandbox.run(&["man", "-o", "man1"]).assert_exit(0);
    let files = sandbox.files("man1");
    for command in ["clean", "repair", "config", "completions", "man"] {
        assert!(files.contains(&format!("copydesk-{command}.1")), "{files:?}");
    }
    assert!(sandbox.read("man1/copydesk-clean.1").contains("max\\-input\\-bytes"));
}
