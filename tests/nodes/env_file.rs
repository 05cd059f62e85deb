//! A settings file in another folder, from `vestibule init` to the service.

use std::fs;
use std::io::Write;

use rustix::process::Signal;

use crate::cluster::Cluster;
use crate::node::{Node, vestibule};
use crate::operator::Ran;
use crate::person::Person;

#[tokio::test]
async fn every_command_reads_the_file_that_init_wrote() {
    let cluster = Cluster::start().await;
    let folder = cluster.folder();
    fs::create_dir(folder.join("conf")).expect("our own folder");
    let path = "conf/site.env";
    let ours = |words: &[&str]| {
        let mut command = vestibule(folder);
        command.args(words);
        command
    };
    let said = Ran::of(&mut ours(&["init", "--path", path])).well();
    for command in [
        "`vestibule serve --env-file conf/site.env`",
        "`vestibule doctor --env-file conf/site.env`",
    ] {
        assert!(said.contains(command), "{said}");
    }
    let url = folder.join("database-url");
    fs::write(&url, format!("{}\n", cluster.url())).expect("our own folder");
    let file = folder.join(path);
    let mut file = fs::File::options()
        .append(true)
        .open(file)
        .expect("the file");
    let more = format!(
        "DATABASE_URL_FILE={}\nLISTEN_ADDR=127.0.0.1:0\nBASE_URLL=x\n",
        url.display()
    );
    file.write_all(more.as_bytes()).expect("our own folder");

    // The option may follow the command or precede it.
    Ran::of(&mut ours(&["migrate", "--env-file", path])).well();
    Ran::of(&mut ours(&["--env-file", path, "user", "list"])).well();
    let doctor = Ran::of(&mut ours(&["doctor", "--env-file", path]));
    assert!(
        doctor.said.contains("not used, as DATABASE_URL is set"),
        "{}",
        doctor.said
    );
    for words in [
        ["serve", "--env-file", path].as_slice(),
        &["--env-file", path],
    ] {
        let node = Node::spawn(folder, ours(words)).ready().await;
        let warning = "BASE_URLL in conf/site.env is not a setting; did you mean BASE_URL?";
        assert!(node.log().contains(warning), "{}", node.log());
        if words.len() == 3 {
            Person::register(&node, "ada").await;
        }
        node.stop(Signal::TERM).await;
    }
    let people = Ran::of(&mut ours(&["user", "list", "--env-file", path])).well();
    assert!(people.contains("ada@example.org"), "{people}");

    let missing = Ran::of(&mut ours(&["serve", "--env-file", "conf/none.env"]));
    missing.refused("--env-file conf/none.env cannot be read");
}
