//! A picture of every page × mode × width × language × theme in target/shots, to be looked at.
//!
//! The pages and how to reach them stand beside the end-to-end tests, in the `shots` program of tests/e2e.

use anyhow::Result;

use crate::program::WHOLE;
use crate::step::step;
use crate::system_packages::Group;
use crate::{app_session, face, place, program, setup};

/// Builds what is pictured and takes the pictures; `words` choose among them.
pub(crate) fn take(words: &[&str]) -> Result<()> {
    setup::ensure(&[Group::Build, Group::Window, Group::Release, Group::Test])?;
    face::build(face::Profile::Dev, &face::folder())?;
    step("compiling server and app", app_session::build_programs)?;
    let folder = place::target().join("shots");
    step("compiling what takes the pictures", || {
        program::compile(program::cargo().arg("build").args(WHOLE).args(["--bin", "shots"]), "shots")
    })?;
    step("taking the pictures", || {
        let mut shots = app_session::session(place::target().join("debug/shots"))?;
        shots.args(words);
        program::run(shots.env("LINLI_ARTIFACTS", &folder))
    })?;
    println!("{}", folder.display());
    Ok(())
}
