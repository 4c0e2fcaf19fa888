package streaming

import "syscall"

// clientAttributes puts the client in a process group of its own, and has the kernel
// kill it when gomr dies, however it dies. It would go on and submit the job.
func clientAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL) // it may have ended by itself
}
