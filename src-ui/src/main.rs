//! face
fn main() {}
