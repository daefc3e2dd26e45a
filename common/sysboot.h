/* Asking the kernel to end this container as a whole. */
#ifndef SV_SYSBOOT_H
#define SV_SYSBOOT_H

/*
 * Ends the pid namespace that we are in: reboot(2) with 'p' power off, 'r' restart, 'h' halt. Does not return where it
 * works. -EPERM without CAP_SYS_BOOT, and always outside a pid namespace of our own, where it would be the machine.
 */
int sysboot(char how);

#endif
