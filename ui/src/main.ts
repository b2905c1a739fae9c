import './styles/tokens.css';
import './styles/base.css';
import { connect } from '#connect';
import { mount } from 'svelte';
import Window from './Window.svelte';
import { setLanguage } from './lib/messages.svelte';

setLanguage('system');
mount(Window, { target: document.getElementById('app')!, props: { api: connect() } });
