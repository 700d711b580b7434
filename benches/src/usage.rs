//! What this process has used, where the operating system tells: Linux does.

/// The seconds of the processor, in user mode and in the kernel.
pub fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The 14th and 15th fields, in hundredths of a second; the second is a name in brackets, which may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

/// The most memory that was ever held, in MiB.
pub fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_and_memory_are_counted_where_the_system_tells() {
        if std::path::Path::new("/proc/self/stat").exists() {
            assert!(cpu_seconds().is_some_and(|seconds| seconds < 3600.0));
            assert!(peak_mb().is_some_and(|peak| peak > 0.1));
        }
    }
}
