// Package services has the answers of the emulated services: STS, RAM, IMS, ActionTrail and the resource directory, a file or
// a few for each. A new service is a file with a table of its actions, and a line in Actions.
package services
