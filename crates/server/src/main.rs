//! The community server.

fn main() -> std::process::ExitCode {
    linli_server::cli::main()
}
