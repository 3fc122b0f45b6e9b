/** Operating a training from a terminal. */
package io.mocov3.app.ctl;
