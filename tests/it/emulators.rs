//! Object stores on loopback: moto for S3, Azurite for Azure. Each test starts its own and stops it.
//!
//! `make test` installs them; `PURCHASE_ETL_EMULATORS` names the folder. A missing one fails the
//! test: a skipped store would look like a working one.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use tempfile::TempDir;

use crate::python::python;

/// The key of the emulated S3; it is not a secret.
const S3_KEY: &str = "testing";

/// The account and key that every Azurite has.
///
/// <https://learn.microsoft.com/azure/storage/common/storage-connect-azurite>
const AZURE_ACCOUNT: &str = "devstoreaccount1";
const AZURE_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloud {
    S3,
    Azure,
}

/// A store that runs as long as this value lives.
pub(crate) struct Emulator {
    cloud: Cloud,
    server: Child,
    pub(crate) address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    _folder: TempDir,
}

impl Emulator {
    /// Starts a store with these buckets.
    pub(crate) fn start(cloud: Cloud, buckets: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the store");
        let address = free_address();
        let server = command(cloud, address)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{cloud:?}: {error}; `make test` installs it"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let store = Self {
            cloud,
            server,
            address,
            runtime,
            _folder: folder,
        };
        store.wait();
        for bucket in buckets {
            store.create_bucket(bucket);
        }
        store
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_mins(1);
        while TcpStream::connect(self.address).is_err() {
            assert!(
                Instant::now() < until,
                "{:?} does not answer; `make test` installs it",
                self.cloud
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn create_bucket(&self, bucket: &str) {
        match self.cloud {
            Cloud::S3 => {
                let answer = plain_request(self.address, &format!("PUT /{bucket} HTTP/1.1"));
                assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            }
            Cloud::Azure => {
                let endpoint = self.endpoint();
                python(
                    "azure_container.py",
                    [&endpoint, AZURE_ACCOUNT, AZURE_KEY, bucket],
                );
            }
        }
    }

    fn endpoint(&self) -> String {
        match self.cloud {
            Cloud::S3 => format!("http://{}", self.address),
            Cloud::Azure => format!("http://{}/{AZURE_ACCOUNT}", self.address),
        }
    }

    /// The environment variables of the program.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        match self.cloud {
            Cloud::S3 => s3_variables(self.address),
            Cloud::Azure => {
                let endpoint = self.endpoint();
                let text = format!(
                    "DefaultEndpointsProtocol=http;AccountName={AZURE_ACCOUNT};AccountKey={AZURE_KEY};BlobEndpoint={endpoint};"
                );
                vec![("AZURE_STORAGE_CONNECTION_STRING", text)]
            }
        }
    }

    /// The URL of a key, or of a bucket for the empty key.
    pub(crate) fn url(&self, bucket: &str, key: &str) -> String {
        let scheme = match self.cloud {
            Cloud::S3 => "s3",
            Cloud::Azure => "az",
        };
        format!("{scheme}://{bucket}/{key}")
    }

    fn client(&self, bucket: &str) -> Arc<dyn ObjectStore> {
        match self.cloud {
            Cloud::S3 => Arc::new(
                AmazonS3Builder::new()
                    .with_bucket_name(bucket)
                    .with_access_key_id(S3_KEY)
                    .with_secret_access_key(S3_KEY)
                    .with_endpoint(self.endpoint())
                    .with_allow_http(true)
                    .build()
                    .expect("a client"),
            ),
            Cloud::Azure => Arc::new(
                MicrosoftAzureBuilder::new()
                    .with_container_name(bucket)
                    .with_account(AZURE_ACCOUNT)
                    .with_access_key(AZURE_KEY)
                    .with_endpoint(self.endpoint())
                    .with_allow_http(true)
                    .build()
                    .expect("a client"),
            ),
        }
    }

    /// Puts an object.
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let store = self.client(bucket);
        let path = Key::parse(key).expect("a key");
        let put = store.put(&path, bytes.to_vec().into());
        self.runtime.block_on(put).expect("an object is written");
    }

    /// Puts all files of a folder below a prefix.
    pub(crate) fn put_folder(&self, folder: &Path, bucket: &str, prefix: &str) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            let key = format!("{prefix}/{name}");
            if path.is_dir() {
                self.put_folder(&path, bucket, &key);
            } else {
                self.put(bucket, &key, &fs::read(&path).expect("a file"));
            }
        }
    }

    /// The bytes of an object.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> Vec<u8> {
        let store = self.client(bucket);
        let path = Key::parse(key).expect("a key");
        let got = async { store.get(&path).await?.bytes().await };
        let bytes = self.runtime.block_on(got);
        bytes
            .unwrap_or_else(|error| panic!("{key}: {error}"))
            .to_vec()
    }

    /// Deletes an object.
    pub(crate) fn delete(&self, bucket: &str, key: &str) {
        let store = self.client(bucket);
        let path = Key::parse(key).expect("a key");
        let deleted = self.runtime.block_on(store.delete(&path));
        deleted.expect("an object is deleted");
    }

    /// All keys below a prefix, sorted.
    pub(crate) fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let store = self.client(bucket);
        let path = Key::parse(prefix).expect("a prefix");
        let listed = store
            .list(Some(&path))
            .map_ok(|meta| meta.location.to_string());
        let mut keys: Vec<String> = self
            .runtime
            .block_on(listed.try_collect())
            .expect("a listing");
        keys.sort();
        keys
    }

    /// Copies everything below a prefix into a new folder.
    #[expect(
        clippy::disallowed_methods,
        reason = "the copy is read only after it is complete"
    )]
    pub(crate) fn download(&self, bucket: &str, prefix: &str, folder: &Path) -> PathBuf {
        for key in self.keys(bucket, prefix) {
            let relative = key.strip_prefix(prefix).expect("a key below the prefix");
            let path = folder.join(relative.trim_start_matches('/'));
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, self.get(bucket, &key)).expect("a copy");
        }
        folder.to_owned()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended already; the test has failed in that case.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The environment variables of a program that uses S3 at `address`.
pub(crate) fn s3_variables(address: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", S3_KEY.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", S3_KEY.to_owned()),
        ("AWS_ENDPOINT_URL", format!("http://{address}")),
    ]
}

fn command(cloud: Cloud, address: SocketAddr) -> Command {
    let folder = std::env::var_os("PURCHASE_ETL_EMULATORS").expect(
        "PURCHASE_ETL_EMULATORS names the folder of the object stores; `make test` installs them",
    );
    let folder = PathBuf::from(folder);
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    match cloud {
        Cloud::S3 => {
            let mut command = Command::new(folder.join("venv/bin/moto_server"));
            command.args(["-H", &host, "-p", &port]);
            command
        }
        Cloud::Azure => {
            let mut command = Command::new(folder.join("venv/bin/node"));
            command
                .arg(folder.join("node_modules/azurite/dist/src/blob/main.js"))
                .args(["--blobHost", &host, "--blobPort", &port])
                .args(["--inMemoryPersistence", "--skipApiVersionCheck"])
                .args(["--silent", "--disableTelemetry"]);
            command
        }
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address")
}

/// Sends a request without a body and reads the answer to its end.
fn plain_request(address: SocketAddr, line: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request =
        format!("{line}\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}
