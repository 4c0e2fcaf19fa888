// Package input reads text input as Hadoop's FileInputFormat does.
package input
