//! Prints the integration matrix, as it stands in the README.

fn main() {
    print!("{}", twin_connectors::capability_matrix());
}
