/* File systems as people have them, for LD_PRELOAD: QUIRK names one. Only paths that contain QUIRK_PATH are touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int is(const char *quirk) { const char *q = getenv("QUIRK"); return q && strstr(q, quirk); }
static int path_of(int fd, const char *path, char *full) {
    char link[64]; ssize_t n = 0;
    full[0] = 0;
    if (path && path[0] == '/') { snprintf(full, 4096, "%s", path); return 1; }
    if (fd == AT_FDCWD) { if (!getcwd(full, 4096)) return 0; n = strlen(full); }
    else { snprintf(link, sizeof link, "/proc/self/fd/%d", fd); n = readlink(link, full, 4095); if (n < 0) return 0; full[n] = 0; }
    if (path && path[0]) snprintf(full + n, 4096 - n, "/%s", path);
    return 1;
}
static int ours(int fd, const char *path) {
    char full[4096]; const char *part = getenv("QUIRK_PATH");
    return path_of(fd, path, full) && (!part || strstr(full, part));
}
int statx(int fd, const char *path, int flags, unsigned mask, struct statx *out) {
    long r = syscall(SYS_statx, fd, path, flags, mask, out);
    /* a FUSE mount that gives an entry a new inode number when it is looked up again, as open() does */
    if (r == 0 && is("inode") && (flags & AT_EMPTY_PATH) && S_ISREG(out->stx_mode) && ours(fd, path)) out->stx_ino += 1000000;
    return r;
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    if (is("nolink") && ours(b, to)) { errno = EPERM; return -1; }
    return syscall(SYS_linkat, a, from, b, to, flags);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int symlinkat(const char *to, int fd, const char *path) {
    if (is("nosymlink") && ours(fd, path)) { errno = EOPNOTSUPP; return -1; }
    return syscall(SYS_symlinkat, to, fd, path);
}
int symlink(const char *to, const char *path) { return symlinkat(to, AT_FDCWD, path); }
int flock(int fd, int operation) {
    if (is("nolock") && ours(fd, 0)) { errno = ENOLCK; return -1; }
    return syscall(SYS_flock, fd, operation);
}
int chmod(const char *path, mode_t mode) {
    if (is("nochmod") && ours(AT_FDCWD, path)) { errno = EPERM; return -1; }
    return syscall(SYS_fchmodat, AT_FDCWD, path, mode);
}
int unlinkat(int fd, const char *path, int flags) {
    /* a reader elsewhere holds a file open: NFS keeps it as .nfsXXXX, and the folder cannot be removed */
    if (is("silly") && (flags & AT_REMOVEDIR) && ours(fd, path)) { errno = ENOTEMPTY; return -1; }
    return syscall(SYS_unlinkat, fd, path, flags);
}
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int clock_gettime(clockid_t clock, struct timespec *out) {
    long r = syscall(SYS_clock_gettime, clock, out);
    const char *now = getenv("QUIRK_NOW");
    if (r == 0 && now && clock == CLOCK_REALTIME) out->tv_sec = atoll(now);
    return r;
}
