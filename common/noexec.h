/* Executing what lies on a file system that is mounted noexec, as /run is in many containers. */
#ifndef SV_NOEXEC_H
#define SV_NOEXEC_H

/*
 * execve; where that fails for the mount alone and the file is a script that somebody may execute, its interpreter is
 * executed with it, as the kernel would have done. Returns only on failure, with -errno. Neither allocates
 * nor blocks: safe in the child of a vfork.
 */
int noexec_execve(const char *path, char *const argv[], char *const envp[]);

#endif
