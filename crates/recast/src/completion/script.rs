//! The program that kubectl runs to complete a plugin's command line: a script of one line, beside the plugin.
//!
//! A link to the plugin would do as well, but for Windows, where links need rights, and for archives, which Krew accepts
//! only without links.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::{ArgAction, Args, ValueEnum};

use crate::failure::Failure;
use crate::screen::Screen;

/// What `completion` is asked for.
#[derive(Args, Clone, Debug)]
pub struct CompletionArgs {
    /// Where to: without it, the script is printed
    #[arg(value_name = "WHAT")]
    deed: Option<Deed>,
    /// Print this page
    #[arg(short, long, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

/// What is to happen to the script.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Deed {
    /// Put it beside the plugin
    Install,
    /// Take it away again
    Uninstall,
}

/// The script of one plugin.
struct Script {
    /// The file of the plugin, `kubectl-ds_cast`.
    program: String,
    /// The file that kubectl looks for, `kubectl_complete-ds_cast`.
    name: String,
    text: String,
}

impl Script {
    /// For the plugin that is called like this, `kubectl ds-cast`.
    fn of(plugin: &str) -> Self {
        let program = plugin.replace('-', "_").replacen(' ', "-", 1);
        let name = program.replacen('-', "_complete-", 1);
        if cfg!(windows) {
            let text = format!("@{program}.exe __complete %*\r\n");
            return Self { name: name + ".cmd", text, program: program + ".exe" };
        }
        let text =
            format!("#!/bin/sh\n# kubectl runs this to complete `{plugin}`.\nexec {program} __complete \"$@\"\n");
        Self { program, name, text }
    }
}

/// Prints the script of the plugin that is called like this, or puts it where kubectl finds it.
///
/// # Errors
/// If the file cannot be written or removed.
pub fn run(args: &CompletionArgs, plugin: &str, screen: &Screen) -> Result<(), Failure> {
    let script = Script::of(plugin);
    let Some(deed) = args.deed else {
        return screen.result(|out| out.write_all(script.text.as_bytes()));
    };
    let folder = folder(&script.program)?;
    let path = folder.join(&script.name);
    let done = match deed {
        Deed::Install => install(&path, &script.text),
        Deed::Uninstall => uninstall(&path),
    };
    let done = done.map_err(|error| {
        let failure = Failure::caused_by(format!("cannot write {}", path.display()), &error);
        failure.hint(format!("{plugin} completion > FOLDER/{}, executable, in any folder on PATH", script.name))
    })?;
    screen.line(&format!("{} {done}", path.display()))?;
    if matches!(deed, Deed::Install) {
        if !on_path().any(|other| same(&other, &folder)) {
            screen.labelled("warn", &format!("{} is not on PATH, where kubectl looks for it", folder.display()));
        }
        screen.labelled("next", "source <(kubectl completion bash)    (or zsh, or kubectl completion fish | source)");
    }
    Ok(())
}

/// Where the plugin lies, as it was called: under the name that kubectl knows, not where a link leads.
fn folder(program: &str) -> Result<PathBuf, Failure> {
    let called = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let folder = match called.parent().filter(|folder| *folder != OsStr::new("")) {
        Some(folder) => std::path::absolute(folder).ok(),
        None => on_path().find(|folder| folder.join(program).is_file()),
    };
    folder.ok_or_else(|| Failure::new(format!("it is not known where {program} is")).hint("call it by its path"))
}

fn on_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whole or not at all, and never through a link to somewhere else.
fn install(path: &Path, text: &str) -> io::Result<&'static str> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok("unchanged");
    }
    let mut file = tempfile::Builder::new().prefix(".complete").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    make_executable(file.as_file())?;
    file.persist(path)?;
    Ok("installed")
}

fn uninstall(path: &Path) -> io::Result<&'static str> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok("is not there"),
        Err(error) => Err(error),
        Ok(()) => Ok("removed"),
    }
}

#[cfg(unix)]
fn make_executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
const fn make_executable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn kubectl_looks_for_the_plugins_own_name() {
        let script = Script::of("kubectl logs-selector");
        assert_eq!(script.program, "kubectl-logs_selector");
        assert_eq!(script.name, "kubectl_complete-logs_selector");
        assert!(script.text.ends_with("\nexec kubectl-logs_selector __complete \"$@\"\n"));
    }

    #[test]
    fn it_is_installed_whole_and_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("script"), folder.path().join("other"));
        fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert_eq!(install(&path, "text").unwrap(), "installed");
        assert_eq!(install(&path, "text").unwrap(), "unchanged");
        assert_eq!(fs::read_to_string(&other).unwrap(), "mine", "a link is replaced, not followed");
        assert_eq!(uninstall(&path).unwrap(), "removed");
        assert_eq!(uninstall(&path).unwrap(), "is not there");
        assert!(install(&folder.path().join("none/script"), "text").is_err());
    }
}
