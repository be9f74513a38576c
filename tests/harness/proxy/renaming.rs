//! A server that is newer than the program: some of its fields have names that nobody has heard of.

/// Names of fields as the server knows them, and as the program sees them. They are equally long.
pub type Names = &'static [(&'static str, &'static str)];

/// Says what comes from the server in the program's names, part by part as it comes.
pub struct Renaming {
    names: Names,
    /// What may be the beginning of a name.
    kept: Vec<u8>,
}

impl Renaming {
    /// These names.
    pub fn of(names: Names) -> Self {
        assert!(names.iter().all(|(server, program)| server.len() == program.len()), "no length changes");
        Self { names, kept: Vec::new() }
    }

    /// Takes in the next part, and gives out what can be said of it now.
    pub fn take(&mut self, part: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.kept);
        all.extend_from_slice(part);
        for (server, program) in self.names {
            rename(&mut all, server, program);
        }
        let begins = |length: &usize| {
            let end = &all[all.len() - length..];
            self.names.iter().any(|(server, _)| server.len() > *length && server.as_bytes().starts_with(end))
        };
        let longest = self.names.iter().map(|(server, _)| server.len()).max().unwrap_or(0).min(all.len());
        let length = (1..=longest).rev().find(begins).unwrap_or(0);
        self.kept = all.split_off(all.len() - length);
        all
    }
}

/// Says what the program sends in the server's names.
pub fn back(bytes: &mut [u8], names: Names) {
    for (server, program) in names {
        rename(bytes, program, server);
    }
}

fn rename(bytes: &mut [u8], from: &str, to: &str) {
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, at)| *at == from.as_bytes())
        .map(|(place, _)| place)
        .collect();
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    }
}
