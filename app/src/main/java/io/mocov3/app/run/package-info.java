/** The files that a run leaves behind. */
package io.mocov3.app.run;
