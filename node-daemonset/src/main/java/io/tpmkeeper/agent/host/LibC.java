package io.tpmkeeper.agent.host;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;

/**
 * The calls that Java does not have: flock(2), which the hook uses (FileChannel.lock is fcntl), open(2) with our flags, and fsync(2) of
 * what it opened.
 */
interface LibC extends Library {
    LibC INSTANCE = Native.load("c", LibC.class);

    int O_RDONLY = 0;
    int O_RDWR = 2;
    int O_CREAT = 0100;
    int O_NONBLOCK = 04000;
    /** Of x86-64; 0100000 on arm64, see {@link #noFollow}. */
    int O_NOFOLLOW_X86 = 0400000;

    int O_NOFOLLOW_ARM = 0100000;
    int O_CLOEXEC = 02000000;
    int LOCK_EX = 2;
    int LOCK_NB = 4;
    int EWOULDBLOCK = 11;

    int open(String path, int flags, int mode) throws LastErrorException;

    int flock(int fd, int operation) throws LastErrorException;

    int fsync(int fd) throws LastErrorException;

    int close(int fd) throws LastErrorException;

    static int noFollow() {
        return System.getProperty("os.arch", "").equals("aarch64") ? O_NOFOLLOW_ARM : O_NOFOLLOW_X86;
    }
}
