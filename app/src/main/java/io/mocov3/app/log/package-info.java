/** Where the lines of a training go, and in which form. */
package io.mocov3.app.log;
