/** Configuration: HOCON in, immutable records out, every mistake in one line. */
package io.mocov3.app.settings;
