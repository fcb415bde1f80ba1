//! The pictures that are asked for, and those taken.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::Result;
use linli_e2e::{
    faces::{every, mode, put_on, theme},
    page::Page,
    world::Device,
};
use linli_wire::settings::Settings;

const WIDTHS: [(u32, u32); 3] = [(360, 800), (768, 1024), (1280, 900)];
/// Longest picture; what a list has beyond it looks the same.
const LONGEST: u32 = 2600;

/// The pictures that are asked for, and those taken.
pub(crate) struct Album {
    folder: PathBuf,
    wishes: Vec<String>,
    taken: Vec<(String, String)>,
}

impl Album {
    /// Pictures for `folder`; all whose names have all of `wishes` in them.
    pub(crate) const fn new(folder: PathBuf, wishes: Vec<String>) -> Self {
        Self { folder, wishes, taken: Vec::new() }
    }

    /// How many were taken.
    pub(crate) const fn len(&self) -> usize {
        self.taken.len()
    }

    fn wants(&self, name: &str) -> bool {
        self.wishes.iter().all(|wish| name.split(['.', '-']).any(|part| part == wish))
    }

    /// Whether any face of one of these names is wanted, for what takes long to bring about.
    pub(crate) fn wants_some(&self, names: &[&str]) -> bool {
        names.iter().any(|name| every().iter().any(|face| self.files(name, face).next().is_some()))
    }

    /// The pictures of `name` in `face` that are wanted, with their sizes.
    fn files(&self, name: &str, face: &Settings) -> impl Iterator<Item = (String, u32, u32)> {
        let start = format!("{name}.{}.{}.{}", mode(face), face.language, theme(face));
        WIDTHS.into_iter().filter_map(move |(width, height)| {
            let file = format!("{start}.{width}");
            self.wants(&file).then(|| (format!("{file}.png"), width, height))
        })
    }

    /// Pictures what is on the screen in every face and width that is wanted.
    pub(crate) fn take_every(&mut self, device: &Device, name: &str) -> Result<()> {
        every().iter().try_for_each(|face| self.take(device, name, face))
    }

    /// Pictures what is on the screen in `face`.
    pub(crate) fn take(&mut self, device: &Device, name: &str, face: &Settings) -> Result<()> {
        self.take_after(device, name, face, |page| {
            put_on(device, face);
            page.settle();
        })
    }

    /// Pictures what is on the screen in `face` after `prepare`, which is spared where no picture is wanted.
    pub(crate) fn take_after(
        &mut self,
        device: &Device,
        name: &str,
        face: &Settings,
        prepare: impl FnOnce(&Page),
    ) -> Result<()> {
        let files: Vec<_> = self.files(name, face).collect();
        if !files.is_empty() {
            prepare(&device.page);
        }
        for (file, width, height) in files {
            device.page.resize(width, height);
            device.page.rest();
            device.page.session().long_picture(&self.folder.join(&file), width, LONGEST)?;
            self.taken.push((name.to_owned(), file));
        }
        Ok(())
    }

    /// Writes the page to look through them.
    pub(crate) fn write_index(&self) -> Result<()> {
        let mut page = String::from(
            "<!doctype html><meta charset=\"utf-8\"><title>Linli, every page</title>
<style>body { font: 16px system-ui; margin: 24px; background: #eee } section { display: flex; flex-wrap: wrap; gap: 16px; align-items: start }
figure { margin: 0; background: #fff; padding: 8px } img { display: block; height: 420px; width: auto; object-fit: cover; object-position: top }
figcaption { font-size: 13px; padding-top: 4px }</style>\n",
        );
        let mut last = "";
        for (name, file) in &self.taken {
            if name != last {
                let end = if last.is_empty() { "" } else { "</section>\n" };
                write!(page, "{end}<h2 id=\"{name}\">{name}</h2>\n<section>\n")?;
                last = name;
            }
            let words = file.trim_end_matches(".png").replace('.', " · ");
            writeln!(
                page,
                "<figure><a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{words}\"></a><figcaption>{words}</figcaption></figure>"
            )?;
        }
        page.push_str("</section>\n");
        Ok(fs::write(self.folder.join("index.html"), page)?)
    }
}
