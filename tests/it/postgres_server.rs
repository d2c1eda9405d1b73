//! A PostgreSQL server of a test, on a free port of loopback.
//!
//! `PURCHASE_ETL_POSTGRES` names the folder of `initdb` and `postgres`, which `make test` finds;
//! without it they are on the path. `none` means that there is none: the tests then print that
//! nothing was loaded.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "files of a test need not survive a crash, and skipped tests are shown"
)]

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use tempfile::TempDir;

/// The user `nobody`, because PostgreSQL does not run as root.
const NOBODY: u32 = 65_534;

pub(crate) struct PostgresServer {
    folder: TempDir,
    server: Child,
    port: u16,
}

impl PostgresServer {
    /// Starts a server; none if there is no PostgreSQL. The user `etl` needs no password, and
    /// `encrypted` none over TLS; all other users do.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(|_folder| Vec::new())
    }

    /// As [`PostgresServer::start`], with TLS. The certificate is for `localhost`, and `ca.pem` in
    /// the working directory of the server is its authority.
    pub(crate) fn start_with_tls() -> Option<Self> {
        Self::start_with(|folder| {
            make_certificates(folder);
            let settings = [
                "ssl=on",
                "ssl_cert_file=../server.pem",
                "ssl_key_file=../server.key",
            ];
            settings.map(str::to_owned).to_vec()
        })
    }

    /// A file of the server's folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a server with the settings that `prepare` returns for its folder.
    fn start_with(prepare: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let programs = std::env::var_os("PURCHASE_ETL_POSTGRES").map(PathBuf::from);
        if programs.as_deref() == Some(Path::new("none")) {
            eprintln!("no PostgreSQL: not checked");
            return None;
        }
        let program = |name: &str| programs.as_deref().unwrap_or(Path::new("")).join(name);
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let is_root = folder.path().metadata().expect("its owner").uid() == 0;
        if is_root {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root changes owners");
        }
        let command = |name: &str| {
            let mut command = Command::new(program(name));
            command.current_dir(folder.path()).env("LC_ALL", "C.UTF-8");
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        let made = command("initdb")
            .args(["-D", "data", "-U", "etl", "-A", "trust", "-E", "UTF8", "-N"])
            .output()
            .expect("initdb starts; `make test` provides PostgreSQL");
        assert!(made.status.success(), "{made:?}");
        let access = "host all etl 127.0.0.1/32 trust\nhostssl all encrypted 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        std::fs::write(folder.path().join("data/pg_hba.conf"), access).expect("a file");
        let settings = prepare(folder.path());
        if is_root {
            for entry in folder.path().read_dir().expect("a folder").flatten() {
                chown(entry.path(), Some(NOBODY), Some(NOBODY)).expect("root changes owners");
            }
        }
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a free port")
            .port();
        let log = File::create(folder.path().join("log")).expect("a log");
        let server = command("postgres")
            .args([
                "-D",
                "data",
                "-c",
                "fsync=off",
                "-c",
                "unix_socket_directories=",
            ])
            .args(["-c", "listen_addresses=127.0.0.1", "-p", &port.to_string()])
            .args(settings)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let server = Self {
            folder,
            server,
            port,
        };
        server.client();
        Some(server)
    }

    /// The port on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://etl@127.0.0.1:{}/postgres", self.port)
    }

    /// A client, as soon as the server accepts one.
    pub(crate) fn client(&self) -> Client {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            match Client::connect(&self.url(), NoTls) {
                Ok(client) => return client,
                Err(error) => assert!(Instant::now() < until, "{error:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Writes the rows of a table as CSV, `\N` for null, times in UTC.
    pub(crate) fn export(&self, table: &str, path: &Path) {
        let mut client = self.client();
        client.batch_execute("SET TIME ZONE 'UTC'").expect("a zone");
        let copy = format!("COPY {table} TO STDOUT (FORMAT csv, HEADER, NULL '\\N')");
        let mut rows = client.copy_out(&copy).expect("a table");
        let mut file = File::create(path).expect("a file");
        std::io::copy(&mut rows, &mut file).expect("rows");
        file.flush().expect("rows");
    }

    /// Stops the server at once.
    pub(crate) fn stop(&mut self) {
        // SIGQUIT is the immediate shutdown, which also ends the processes of connections.
        let pid = self.server.id().to_string();
        Command::new("kill").args(["-QUIT", &pid]).status().ok();
        self.server.wait().ok();
    }
}

/// Makes an authority and a certificate for `localhost` with OpenSSL, which PostgreSQL needs as well.
fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").expect("a file");
    for arguments in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
         -days 2 -subj /CN=authority -addext basicConstraints=critical,CA:TRUE",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr \
         -subj /CN=localhost",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -extfile names -out server.pem",
    ] {
        let done = Command::new("openssl")
            .args(arguments.split_ascii_whitespace())
            .current_dir(folder)
            .output()
            .expect("openssl starts; it is installed with PostgreSQL");
        assert!(done.status.success(), "{done:?}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        if std::thread::panicking() {
            eprintln!("{log}");
        }
    }
}
