//! `cargo run --release -p examples --bin service -- FOLDER [PORT]` reads a folder and serves its twin on this machine.

use std::process::ExitCode;
use std::sync::Arc;

use examples::clock;
use examples::service::Service;
use twin_connectors::{ScanOptions, scan_into};
use twin_core::Twin;
use twin_core::base::{Context, Error, ErrorKind, Result};

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let port = arguments.next().unwrap_or_else(|| "8080".to_owned());
    let twin = Arc::new(Twin::in_memory());
    let options = ScanOptions { context: Context::new(clock()?), ..ScanOptions::default() };
    let (_, report) = scan_into(&twin, &folder, &options)?;
    println!("{report}");
    let failed =
        |error: std::io::Error| Error::new(ErrorKind::Io, format!("cannot serve on port {port}")).because(error);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.map_err(failed)?;
    println!("http://{}/", listener.local_addr().map_err(failed)?);
    axum::serve(listener, Service::new(twin, clock).router()).await.map_err(failed)
}
