//! The arguments of `-f`: files, folders and standard input.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{MAX_SIZE, ManifestError};

/// The endings of the files that kubectl takes from a folder.
const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

/// One argument of `-f`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `-`
    Stdin,
    /// A file or a folder.
    Path(PathBuf),
    /// Something with `http://` or `https://`, which is not read.
    Url(String),
}

impl From<&str> for Source {
    fn from(argument: &str) -> Self {
        match argument {
            "-" => Self::Stdin,
            url if url.starts_with("http://") || url.starts_with("https://") => Self::Url(url.to_owned()),
            path => Self::Path(path.into()),
        }
    }
}

/// The bytes of one file, with its name for messages and the path to write it back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path as it was found, or `STDIN`.
    pub name: String,
    /// `None` for standard input.
    pub path: Option<PathBuf>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// URLs are left to other programs.
    #[error("{0} is a URL, and only files are read")]
    Url(String),
    /// Standard input named twice.
    #[error("standard input (-) can be read only once")]
    StdinTwice,
    /// Neither file nor folder.
    #[error("the path {:?} does not exist", .0.display())]
    Missing(PathBuf),
    /// A folder without manifests.
    #[error("no .json, .yaml or .yml file in {:?}", .0.display())]
    EmptyFolder(PathBuf),
    /// Too large.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It is there, but cannot be read.
    #[error("cannot read {name}")]
    Io {
        /// The file or folder.
        name: String,
        /// Why.
        source: io::Error,
    },
}

impl SourceError {
    /// What to do about it, if there is something to say. `command` is the one that wants to read.
    #[must_use]
    pub fn hint(&self, command: &str) -> Option<String> {
        match self {
            Self::Url(url) => Some(format!("curl -sL {url} | {command} -f -")),
            Self::EmptyFolder(_) => Some("-R looks in the folders below, too".to_owned()),
            Self::Manifest(error) => error.hint().map(str::to_owned),
            _ => None,
        }
    }
}

/// Reads all sources in order; the files of a folder come sorted by name, with `recursive` those below as well.
///
/// # Errors
/// When a source is missing, is a URL, cannot be read or is larger than [`MAX_SIZE`].
pub fn read(sources: &[Source], recursive: bool, stdin: &mut dyn Read) -> Result<Vec<Input>, SourceError> {
    let mut inputs = Vec::new();
    let mut stdin = Some(stdin);
    for source in sources {
        match source {
            Source::Url(url) => return Err(SourceError::Url(url.clone())),
            Source::Stdin => {
                let stdin = stdin.take().ok_or(SourceError::StdinTwice)?;
                inputs.push(Input { name: "STDIN".to_owned(), path: None, bytes: bounded("STDIN", stdin)? });
            }
            Source::Path(path) => {
                for file in files(path, recursive)? {
                    inputs.push(read_file(&file)?);
                }
            }
        }
    }
    Ok(inputs)
}

fn read_file(path: &Path) -> Result<Input, SourceError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|source| failed(&name, source))?;
    let bytes = bounded(&name, &mut { file })?;
    Ok(Input { name, path: Some(path.to_owned()), bytes })
}

fn bounded(name: &str, from: &mut dyn Read) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    from.take(MAX_SIZE as u64 + 1).read_to_end(&mut bytes).map_err(|source| failed(name, source))?;
    if bytes.len() > MAX_SIZE {
        return Err(ManifestError::TooLarge { name: name.to_owned(), limit: MAX_SIZE }.into());
    }
    Ok(bytes)
}

/// A file stands for itself, whatever its ending; a folder for the manifests in it.
fn files(path: &Path, recursive: bool) -> Result<Vec<PathBuf>, SourceError> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SourceError::Missing(path.to_owned()),
        _ => failed(&path.display().to_string(), error),
    })?;
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    collect(path, recursive, &mut files)?;
    if files.is_empty() {
        return Err(SourceError::EmptyFolder(path.to_owned()));
    }
    Ok(files)
}

/// As `filepath.Walk` in kubectl: by name, and not into folders that are symbolic links.
fn collect(folder: &Path, recursive: bool, files: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let failed = |source| failed(&folder.display().to_string(), source);
    let mut entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let manifest = path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
        if folder && recursive {
            collect(&path, recursive, files)?;
        } else if !folder && manifest && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn failed(name: &str, source: io::Error) -> SourceError {
    SourceError::Io { name: name.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;

    use super::{Source, SourceError, read};
    use crate::manifest::MAX_SIZE;

    fn names(sources: &[&str], recursive: bool) -> Result<Vec<String>, SourceError> {
        let sources: Vec<Source> = sources.iter().map(|source| Source::from(*source)).collect();
        let inputs = read(&sources, recursive, &mut Cursor::new(b"kind: X"))?;
        Ok(inputs.into_iter().map(|input| input.name.rsplit('/').next().unwrap_or_default().to_owned()).collect())
    }

    #[test]
    fn a_folder_gives_its_manifests_by_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        for name in ["b.yml", "a.yaml", "c.json", "d.txt", "sub/e.yml"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let path = folder.path().to_str().unwrap();
        assert_eq!(names(&[path], false).unwrap(), ["a.yaml", "b.yml", "c.json"]);
        assert_eq!(names(&[path], true).unwrap(), ["a.yaml", "b.yml", "c.json", "e.yml"]);
        let text = format!("{path}/d.txt");
        assert_eq!(names(&[&text, "-"], false).unwrap(), ["d.txt", "STDIN"]);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert!(matches!(names(&[path], false), Err(SourceError::EmptyFolder(_))));
        assert!(matches!(names(&["/no/such/file"], false), Err(SourceError::Missing(_))));
        assert!(matches!(names(&["-", "-"], false), Err(SourceError::StdinTwice)));
        let url = names(&["https://example.com/a.yml"], false).unwrap_err();
        assert_eq!(url.hint("kubectl ds-cast").unwrap(), "curl -sL https://example.com/a.yml | kubectl ds-cast -f -");
    }

    #[test]
    fn a_file_has_a_bound() {
        let mut endless = Cursor::new(vec![b' '; MAX_SIZE + 1]);
        let error = read(&[Source::Stdin], false, &mut endless).unwrap_err();
        assert_eq!(error.to_string(), "STDIN: larger than 16 MiB");
    }
}
