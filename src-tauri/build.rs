//! Declares the shell's commands, so that they are gated like Tauri's own, and embeds face and icons.

use tauri_build::{Attributes, DefaultPermissionRule, InlinedPlugin};

fn main() {
    // The face is embedded when the shell compiles; a new face is a new shell.
    println!("cargo:rerun-if-changed=src-ui/dist");
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    // `generate_context!` wants the folder, even before the face was ever built.
    if let Err(error) = std::fs::create_dir_all("src-ui/dist") {
        println!("cargo:warning=src-ui/dist: {error}");
    }
    let linli = InlinedPlugin::new()
        .commands(&["call", "file", "painted"])
        .default_permission(DefaultPermissionRule::AllowAllCommands);
    let attributes =
        Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/*.json").plugin("linli", linli);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
