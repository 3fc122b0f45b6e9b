/** What every command prints with: exit codes, JSON, escaped text. */
package io.mocov3.app.output;
