/** Commands, settings, wiring and HTTP. */
package io.mocov3.app;
