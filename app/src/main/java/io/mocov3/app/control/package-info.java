/** Operating a running training over HTTP: who may, what is asked, and what is kept of it. */
package io.mocov3.app.control;
