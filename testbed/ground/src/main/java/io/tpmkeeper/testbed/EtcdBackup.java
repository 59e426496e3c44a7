package io.tpmkeeper.testbed;

import java.nio.file.Path;

/** What a control plane's etcd held at one moment; goes with the enclosure. @param directory a copy of its data directory */
public record EtcdBackup(Path directory) {}
