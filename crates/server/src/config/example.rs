//! The settings file that `linli-server config` prints.

use std::fmt::Write as _;

use clap::{Args, Command};

use super::options::{
    AttachmentOptions, CardOptions, InvitationOptions, ListenOptions, LogOptions, StorageOptions,
};

/// A settings file with every setting explained; take the `#` away from a line to change its default.
///
/// It is made from the descriptions of the flags, so the two cannot disagree.
pub fn example() -> String {
    let mut text = String::from(
        "# Settings of linli-server: give this file with --config FILE or LINLI_CONFIG.\n\
         # A flag wins over the environment, the environment over this file.\n\
         # Take the # away from a line to change its default.\n",
    );
    section::<ListenOptions>(&mut text, "listen");
    section::<StorageOptions>(&mut text, "storage");
    section::<LogOptions>(&mut text, "log");
    section::<InvitationOptions>(&mut text, "invitations");
    section::<AttachmentOptions>(&mut text, "attachments");
    section::<CardOptions>(&mut text, "card");
    text
}

fn section<T: Args>(text: &mut String, name: &str) {
    let _ = writeln!(text, "\n[{name}]");
    let command = T::augment_args(Command::new("settings"));
    for argument in command.get_arguments() {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace('\n', " ");
        let (about, default) = match help.split_once("[default: ") {
            Some((about, default)) => (about.trim_end(), default.trim_end_matches(['.', ']'])),
            None => (help.as_str(), ""),
        };
        let flag = argument.get_long().unwrap_or_default();
        let environment =
            argument.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let _ = writeln!(text, "\n# {about}.\n# As a flag --{flag}, in the environment {environment}.");
        let key = argument.get_id();
        let _ = match default {
            "none" | "the listening address" => writeln!(text, "#{key} = \"\""),
            "true" | "false" => writeln!(text, "#{key} = {default}"),
            number if number.bytes().all(|b| b.is_ascii_digit()) => writeln!(text, "#{key} = {number}"),
            word => writeln!(text, "#{key} = \"{word}\""),
        };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::example;
    use crate::config::options::read_file;

    #[test]
    fn every_default_in_the_example_is_a_setting_that_is_read() {
        let mut settings = String::new();
        for line in example().lines() {
            let setting = line.strip_prefix('#').filter(|setting| !setting.starts_with(' '));
            match setting {
                Some(setting) if setting.ends_with("\"\"") => {}
                Some(setting) => settings.push_str(setting),
                None => settings.push_str(line),
            }
            settings.push('\n');
        }
        assert!(settings.contains("max_connections = 12000"), "{settings}");
        read_file(&settings).unwrap_or_else(|error| panic!("{error}\n{settings}"));
    }

    #[test]
    fn example_stays_as_it_is() {
        insta::assert_snapshot!(example());
    }
}
