/** Several processes of this program on one host. */
package io.mocov3.app.launch;
